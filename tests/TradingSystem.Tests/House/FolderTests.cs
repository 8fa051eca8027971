using System.Reflection;
using System.Text.RegularExpressions;
using NUnit.Framework;
using TradingSystem.House;

namespace TradingSystem.Tests.House;

/// <summary>What the sources themselves say about the structure; <c>make measures</c> tells more of it.</summary>
public sealed partial class FolderTests
{
    /// <summary>Lines of a class over all its files.</summary>
    private const int Longest = 600;

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
        Assert.That(Arrows.TwoWay(_references).Select(a => $"{a.Project}: {a.From} and {a.To}"), Is.Empty);

    [TestCase("Dashboard", "dashboard")]
    [TestCase("Diary", "diary")]
    [TestCase("Execution", "execution")]
    [TestCase("Gateway", "gateway")]
    [TestCase("Hosting", "hosting")]
    [TestCase("TradingGroup", "trading-group")]
    [TestCase("Trigger", "trigger")]
    public void A_folder_uses_only_those_below_it_in_the_README(string project, string folder)
    {
        var levels = LevelsOf($"services/{folder}/README.md");
        var references = _references.Where(r => r.Project == $"TradingSystem.{project}" && r.From != "." && r.To != ".").ToList();
        Assert.That(references.SelectMany(r => new[] { r.From, r.To }).Distinct().Except(levels), Is.Empty, "folders that the README does not have");
        Assert.That(references.Where(r => levels.IndexOf(r.From) > levels.IndexOf(r.To)).Select(Told), Is.Empty);
    }

    [Test]
    public void Nothing_of_execution_uses_the_module_that_puts_it_together() =>
        Assert.That(_references.Where(r => r.Project == "TradingSystem.Execution" && r.From != "." && r.To == ".").Select(Told), Is.Empty);

    [Test]
    public void An_exchange_uses_no_other_and_only_the_registry_uses_it()
    {
        var levels = LevelsOf("services/venues/README.md");
        var references = _references.Where(r => r.Project == "TradingSystem.Venues" && r.From != "." && r.To != ".").ToList();
        Assert.That(references.Where(r => levels.Contains(r.From) && levels.Contains(r.To) && levels.IndexOf(r.From) > levels.IndexOf(r.To)).Select(Told), Is.Empty);
        Assert.That(references.Where(r => !levels.Contains(r.From) && (r.To == levels[0] || !levels.Contains(r.To))).Select(Told), Is.Empty);
        Assert.That(references.Where(r => !levels.Contains(r.To) && r.From != levels[0]).Select(Told), Is.Empty);
    }

    [Test]
    public void A_fixture_lies_in_the_folder_of_the_type_that_it_is_named_after()
    {
        var product = Directory.GetFiles(AppContext.BaseDirectory, "TradingSystem.*.dll")
            .Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(n => !n.Contains("Test", StringComparison.Ordinal) && n is not "TradingSystem.House")
            .SelectMany(n => Assembly.Load(n).GetTypes())
            .Where(t => t is { IsNested: false, Namespace: { } space } && !space.EndsWith(".Migrations", StringComparison.Ordinal))
            .ToLookup(t => t.Name, t => t.Namespace!.Replace("TradingSystem.Contracts.", "TradingSystem.", StringComparison.Ordinal));
        var fixtures = typeof(FolderTests).Assembly.GetTypes().Where(t => t is { IsNested: false, Namespace: not null } && Named().IsMatch(t.Name))
            .Select(t => (Fixture: t, Folders: product[Named().Replace(t.Name, "")]))
            .Where(f => f.Folders.Any())
            .ToList();
        Assert.That(fixtures, Has.Count.GreaterThan(50));
        Assert.That(
            fixtures.Where(f => !f.Folders.Contains(f.Fixture.Namespace!.Replace("TradingSystem.Tests.", "TradingSystem.", StringComparison.Ordinal)))
                .Select(f => $"{f.Fixture.FullName} is not in {string.Join(" or ", f.Folders)}"),
            Is.Empty);
    }

    [Test]
    public void No_class_is_too_long_to_be_read() =>
        Assert.That(Classes.Longest(_tree).Where(c => c.Lines > Longest).Select(c => $"{c.Name}: {c.Lines} lines in {c.Files} files"), Is.Empty);

    private static string Told(Reference reference) => $"{reference.From} uses {reference.Type} of {reference.To} in {reference.Place}";

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

    [GeneratedRegex("(Tests|Properties)$")]
    private static partial Regex Named();
}
