using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TradingSystem.House;

/// <summary>A type with all lines of all its files, those of the types inside it too.</summary>
public sealed record ClassLength(string Project, string Name, int Lines, int Files);

public static class Classes
{
    public static IReadOnlyList<ClassLength> Longest(SourceTree tree) =>
        tree.Files
            .Where(f => !Arrows.IsMigration(f.Folder))
            .SelectMany(f => f.Tree.GetRoot().DescendantNodes(n => n is not BaseTypeDeclarationSyntax).OfType<BaseTypeDeclarationSyntax>().Select(t => (File: f, Type: t)))
            .GroupBy(t => (t.File.Project, Name: NameOf(t.Type)))
            .Select(g => new ClassLength(
                g.Key.Project,
                g.Key.Name,
                g.Sum(t =>
                {
                    var span = t.Type.GetLocation().GetLineSpan();
                    return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
                }),
                g.Select(t => t.File.Path).Distinct().Count()))
            .OrderByDescending(c => c.Lines)
            .ToList();

    private static string NameOf(BaseTypeDeclarationSyntax type)
    {
        var space = type.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>()?.Name.ToString();
        var arity = type is TypeDeclarationSyntax { TypeParameterList.Parameters.Count: > 0 and var n } ? $"`{n}" : "";
        return $"{space}.{type.Identifier.Text}{arity}";
    }
}
