using System.Text.RegularExpressions;
using NUnit.Framework;
using TradingSystem.House;

namespace TradingSystem.Tests.House;

/// <summary>What the sources themselves say about the structure; <c>make measures</c> tells more of it.</summary>
public sealed partial class FolderTests
{
    /// <summary>Lines of a class over all its files.</summary>
    private const int Longest = 600;

    /// <summary>Two folders that use each other all the same, and why.</summary>
    private static readonly (string Project, string From, string To, string Why)[] TwoWay =
    [
        ("TradingSystem.Benchmarks", "Load", "Load/Measure", "one program's options and its parts"),
        ("TradingSystem.Benchmarks", "Load", "Load/Rows", "as above"),
        ("TradingSystem.Benchmarks", "Load/Report", "Load", "as above"),
    ];

    private SourceTree _tree = null!;
    private IReadOnlyList<Reference> _references = null!;

    [OneTimeSetUp]
    public void Read()
    {
        _tree = SourceTree.Read(null, "contracts", "services", "tests");
        _references = Arrows.References(_tree);
    }

    [Test]
    public void No_two_folders_of_a_project_use_each_other() =>
        Assert.That(
            Arrows.TwoWay(_references).Select(a => $"{a.Project}: {a.From} and {a.To}"), Is.EquivalentTo(TwoWay.Select(t => $"{t.Project}: {t.From} and {t.To}")));

    [Test]
    public void A_folder_of_execution_uses_only_those_below_it_in_the_README()
    {
        var levels = LevelsOf("services/execution/README.md");
        var folders = _references.Where(r => r.Project == "TradingSystem.Execution").SelectMany(r => new[] { r.From, r.To }).Where(f => f != ".").Distinct();
        Assert.That(folders.Except(levels), Is.Empty, "folders that the README does not have");
        Assert.That(
            _references
                .Where(r => r.Project == "TradingSystem.Execution" && (r.To == "." || (r.From != "." && levels.IndexOf(r.From) > levels.IndexOf(r.To))))
                .Select(r => $"{r.From} uses {r.Type} of {r.To} in {r.Place}"),
            Is.Empty);
    }

    [Test]
    public void No_class_is_too_long_to_be_read() =>
        Assert.That(Classes.Longest(_tree).Where(c => c.Lines > Longest).Select(c => $"{c.Name}: {c.Lines} lines in {c.Files} files"), Is.Empty);

    /// <summary>The folders in the first column of the README's table, from the top down.</summary>
    private List<string> LevelsOf(string readme) =>
    [
        .. File.ReadLines(Path.Combine(_tree.Root, readme))
            .SkipWhile(l => l != "## Folders")
            .Skip(1)
            .TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal))
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(l => Quoted().Matches(l.Split('|')[1]).Select(m => m.Groups[1].Value)),
    ];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
