using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Tests.Wire.Documents;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Tests.Execution;

/// <summary>docs/rest.md against the code.</summary>
[TestFixture]
public sealed partial class RestDocumentTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Snapshot.Root, "docs/rest.md"));

    [Test]
    public void Every_code_that_a_change_of_an_account_or_order_may_be_refused_with_is_explained() =>
        Assert.That(RestCodes.All.Where(code => !Text.Contains($"`{code}`", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void The_smallest_orders_are_those_of_the_table() =>
        Assert.That(
            Row().Matches(Text).Select(m => m.Value),
            Is.EquivalentTo(new InstrumentTable().All.Select(i =>
                string.Create(CultureInfo.InvariantCulture, $"| {i.Symbol} | {i.Tick} | {i.Step} | {i.MinQty} | {i.MinNotional} | {i.MaxMarketQty} |"))));

    [GeneratedRegex(@"^\| [A-Z]+USDT \|.*\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
