using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TradingSystem.House;

/// <summary>One name in <c>From</c>'s code that means something declared in <c>To</c>.</summary>
public sealed record Reference(string Project, string From, string To, string Type, string Place);

/// <summary>Two folders of a project that use each other; <c>Forth</c> and <c>Back</c> count references, <c>Forth</c> the more frequent.</summary>
public sealed record TwoWayArrow(string Project, string From, string To, int Forth, int Back);

/// <summary>
/// Which folder of a project uses which, by the compiler's own symbols. A folder under another is a folder of its own; migrations
/// are left out, because the tables' history may look like anything.
/// </summary>
public static class Arrows
{
    public static IReadOnlyList<Reference> References(SourceTree tree) =>
        tree.Files
            .Where(f => !IsMigration(f.Folder))
            .AsParallel()
            .AsOrdered()
            .SelectMany(file => Of(tree, file))
            .ToList();

    public static IReadOnlyList<TwoWayArrow> TwoWay(IReadOnlyList<Reference> references)
    {
        var counts = references.GroupBy(r => (r.Project, r.From, r.To)).ToDictionary(g => g.Key, g => g.Count());
        return
        [
            .. from pair in counts
               let back = counts.GetValueOrDefault((pair.Key.Project, pair.Key.To, pair.Key.From))
               where back > 0 && (pair.Value > back || (pair.Value == back && string.CompareOrdinal(pair.Key.From, pair.Key.To) < 0))
               orderby pair.Key.Project, pair.Key.From, pair.Key.To
               select new TwoWayArrow(pair.Key.Project, pair.Key.From, pair.Key.To, pair.Value, back),
        ];
    }

    /// <summary>Folders of a project that can each be reached from each other over others' arrows, largest group first.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Cycles(IReadOnlyList<Reference> references, string project)
    {
        var next = references.Where(r => r.Project == project).ToLookup(r => r.From, r => r.To);
        var reach = next.ToDictionary(g => g.Key, g => Reach(g.Key, next));
        return reach.Keys
            .GroupBy(f => string.Join('|', reach[f].Where(o => reach.TryGetValue(o, out var back) && back.Contains(f)).Order(StringComparer.Ordinal)))
            .Where(g => g.Key.Contains('|', StringComparison.Ordinal))
            .Select(g => (IReadOnlyList<string>)[.. g.Order(StringComparer.Ordinal)])
            .OrderByDescending(g => g.Count)
            .ToList();
    }

    private static HashSet<string> Reach(string from, ILookup<string, string> next)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(next[from].Distinct());
        while (open.TryPop(out var folder))
        {
            if (seen.Add(folder))
            {
                foreach (var further in next[folder].Distinct())
                {
                    open.Push(further);
                }
            }
        }

        return seen;
    }

    private static IEnumerable<Reference> Of(SourceTree tree, SourceFile file)
    {
        var model = tree.Compilation.GetSemanticModel(file.Tree);
        foreach (var name in file.Tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            // A using names a namespace, a cref in a docstring is not code.
            var info = model.GetSymbolInfo(name);
            var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
            if (TypeOf(symbol) is not { } type || name.FirstAncestorOrSelf<UsingDirectiveSyntax>() is not null)
            {
                continue;
            }

            foreach (var target in type.DeclaringSyntaxReferences.Select(d => tree.FileOf(d.SyntaxTree)).OfType<SourceFile>().DistinctBy(f => f.Folder).Take(1))
            {
                if (target.Project == file.Project && target.Folder != file.Folder && !IsMigration(target.Folder))
                {
                    var line = name.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                    yield return new Reference(file.Project, file.Folder, target.Folder, type.Name, $"{file.Path}:{line}");
                }
            }
        }
    }

    private static INamedTypeSymbol? TypeOf(ISymbol? symbol)
    {
        if (symbol is null or INamespaceSymbol or ILocalSymbol or IParameterSymbol or IRangeVariableSymbol or ILabelSymbol)
        {
            return null;
        }

        var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        while (type?.ContainingType is { } outer)
        {
            type = outer;
        }

        return type?.OriginalDefinition;
    }

    internal static bool IsMigration(string folder) => folder == "Migrations" || folder.StartsWith("Migrations/", StringComparison.Ordinal);
}
