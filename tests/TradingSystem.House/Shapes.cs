using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TradingSystem.House;

/// <summary>Types that have the same properties by name, at least <see cref="Shapes.Least"/> of them.</summary>
public sealed record SharedShape(IReadOnlyList<string> Properties, IReadOnlyList<string> Types);

public static class Shapes
{
    /// <summary>Fewer alike properties are chance.</summary>
    public const int Least = 5;

    public static IReadOnlyList<SharedShape> Shared(SourceTree tree) =>
        tree.Files
            .Where(f => !Arrows.IsMigration(f.Folder))
            .SelectMany(f =>
            {
                var model = tree.Compilation.GetSemanticModel(f.Tree);
                return f.Tree
                    .GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>().Select(t => model.GetDeclaredSymbol(t)).OfType<INamedTypeSymbol>()
                    .Select(t => (f.Project, Type: t));
            })
            .DistinctBy(t => t.Type, SymbolEqualityComparer.Default)
            .Select(t => (Name: $"{t.Project}/{t.Type.Name}", Properties: PropertiesOf(t.Type)))
            .Where(t => t.Properties.Count >= Least)
            .GroupBy(t => string.Join(", ", t.Properties))
            .Where(g => g.Count() > 1)
            .Select(g => new SharedShape(g.First().Properties, [.. g.Select(t => t.Name).Order(StringComparer.Ordinal)]))
            .OrderByDescending(s => s.Properties.Count)
            .ToList();

    private static List<string> PropertiesOf(INamedTypeSymbol type) =>
    [
        .. type.GetMembers().OfType<IPropertySymbol>()
            .Where(p => !p.IsStatic && !p.IsIndexer && p.DeclaredAccessibility == Accessibility.Public && p.Name != "EqualityContract")
            .Select(p => p.Name)
            .Order(StringComparer.Ordinal),
    ];
}
