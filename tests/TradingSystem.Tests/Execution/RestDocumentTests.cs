using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Instruments;
using TradingSystem.Tests.Wire.Documents;

namespace TradingSystem.Tests.Execution;

/// <summary>docs/rest.md against the code.</summary>
[TestFixture]
public sealed partial class RestDocumentTests
{
    // The venues' and the simulated exchange's own words are told as messages; the rest of these folders says why something is refused or ended.
    private static readonly string[] Sources =
        ["Risk", "Protection", "Steering", "Desk/Refusals.cs", "Desk/DeskApi.cs", "Desk/AccountDesk.Legs.cs", "Desk/AccountDesk.Protection.cs", "Controls/ClosingStep.cs", "Accounts/AccountGate.cs", "Controls/ReceiptReader.cs"];

    // The code of a venue's reply that is compared with, not told.
    private static readonly string[] NotTold = ["OWN_LIMIT"];

    private static readonly string Text = File.ReadAllText(Path.Combine(Snapshot.Root, "docs/rest.md"));

    [Test]
    public void Every_code_that_a_refusal_may_have_is_explained()
    {
        var folder = Path.Combine(Snapshot.Root, "services/execution");
        var told = Sources.Select(s => Path.Combine(folder, s))
            .SelectMany(s => Directory.Exists(s) ? Directory.GetFiles(s, "*.cs") : [s])
            .SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
            .Concat(RestCodes.All)
            .Except(NotTold)
            .Distinct().ToList();
        Assert.That(told, Has.Count.GreaterThan(70));
        Assert.That(told.Where(code => !Text.Contains($"`{code}`", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void The_smallest_orders_are_those_of_the_table() =>
        Assert.That(
            Row().Matches(Text).Select(m => m.Value),
            Is.EquivalentTo(new InstrumentTable().All.Select(i =>
                string.Create(CultureInfo.InvariantCulture, $"| {i.Symbol} | {i.Tick} | {i.Step} | {i.MinQty} | {i.MinNotional} | {i.MaxMarketQty} |"))));

    [GeneratedRegex("\"([A-Z][A-Z_]{5,}[A-Z])\"")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| [A-Z]+USDT \|.*\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
