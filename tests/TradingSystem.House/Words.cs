using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TradingSystem.House;

/// <summary>A code that is written out as a text in more than one file.</summary>
public sealed record ScatteredWord(string Word, IReadOnlyList<string> Files);

/// <summary>Codes (two words or more in capitals, <c>NO_TRADE</c>) that C# files write as text. One home is one file.</summary>
public static partial class Words
{
    public static IReadOnlyList<ScatteredWord> Scattered(SourceTree tree) =>
        tree.Files
            .Where(f => !Arrows.IsMigration(f.Folder) && !IsGenerated(f))
            .SelectMany(f => f.Tree.GetRoot().DescendantNodes().OfType<LiteralExpressionSyntax>()
                .Where(l => l.IsKind(SyntaxKind.StringLiteralExpression) && Code().IsMatch(l.Token.ValueText))
                .Select(l => (Word: l.Token.ValueText, f.Path)))
            .GroupBy(w => w.Word, w => w.Path)
            .Select(g => new ScatteredWord(g.Key, [.. g.Distinct().Order(StringComparer.Ordinal)]))
            .Where(w => w.Files.Count > 1)
            .OrderByDescending(w => w.Files.Count)
            .ThenBy(w => w.Word, StringComparer.Ordinal)
            .ToList();

    /// <summary>What the contract tests write from <c>contracts/wire</c> is no second home.</summary>
    private static bool IsGenerated(SourceFile file) => file.Tree.GetText().Lines[0].ToString().StartsWith("// Written by", StringComparison.Ordinal);

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
    private static partial Regex Code();
}
