using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Execution.Limits;
using TradingSystem.Tests.Wire.Documents;
using TradingSystem.Venues.Instruments;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Decisions;

/// <summary>A quantity below the step is not zero: it neither closes all nor is sized by the margin.</summary>
public sealed class SmallQuantityTests
{
    private const decimal Least = 0.000000000000000001m;

    private static readonly Instrument NoMinimum = Btc with { MinQty = 0m, MinNotional = 0m };

    private static IEnumerable<TestCaseData> Rejections =>
        from row in NumberTable.Rows
        from cell in NumberTable.Columns.Zip(row.Outcomes)
        where cell.Second.Rejected is not null
        select new TestCaseData(row, cell.First, cell.Second.Rejected).SetArgDisplayNames($"{row.Dialect} {row.Title}", cell.First.Name, cell.Second.Rejected!);

    [TestCaseSource(nameof(Rejections))]
    public void What_the_table_of_numbers_calls_rejected_is_rejected_with_that_code(object row, object column, string code)
    {
        var signal = ((EventFrame)FrameParser.Parse(NumberTableTests.Frame((NumberRow)row, (NumberColumn)column), ((NumberRow)row).Dialect).Frame!).Signal!;
        var verdict = CheckAtVenue(Decision(signal), Holding(signal.Action == "CLOSE" ? 1m : 0m));
        Assert.Multiple(() =>
        {
            Assert.That(verdict.Reason?.Code.Word, Is.EqualTo(code));
            Assert.That(verdict.Fill, Is.Null);
            Assert.That(code != "QTY_TOO_SMALL" || verdict.Reason?.Limit == "0.001", "names the step");
        });
    }

    [TestCase("0.0009999", "0.001")]
    [TestCase("0.000000000000000001", "0.001")]
    public void A_close_below_the_step_is_too_small_and_closes_nothing(string qty, string nearest)
    {
        var close = Long() with { Action = TradeAction.Close, MarginUsd = 0m, Qty = decimal.Parse(qty, System.Globalization.CultureInfo.InvariantCulture) };
        foreach (var verdict in new[] { Check(close, Holding(0.5m)), CheckAtVenue(close, Holding(-0.5m)), With(NoMinimum, close, 0.5m) })
        {
            Assert.That(
                (verdict.Fill, verdict.Reason?.Code.Word, verdict.Reason?.Limit, verdict.Reason?.NearestAcceptable),
                Is.EqualTo(((PlannedFill?)null, "QTY_TOO_SMALL", "0.001", nearest)));
        }
    }

    [Test]
    public void An_entry_below_the_step_is_too_small_where_the_exchange_names_no_minimum()
    {
        foreach (var entry in new[] { Long() with { Qty = Least }, Long() with { Qty = 0.0009m, MarginUsd = 0m }, Long() with { MarginUsd = 0.0001m } })
        {
            Assert.That((With(NoMinimum, entry, 0m).Fill, With(NoMinimum, entry, 0m).Reason?.Code.Word), Is.EqualTo(((PlannedFill?)null, "QTY_TOO_SMALL")));
        }
    }

    [Test]
    public void A_quantity_that_is_given_never_fills_more_than_it_says() => Prop.ForAll<PositiveInt, NonNegativeInt, bool>((units, places, closes) =>
    {
        var qty = units.Get;
        var asked = decimal.Round(qty / (decimal)Math.Pow(10, places.Get % 19), 18);
        var decision = Long() with { Action = closes ? TradeAction.Close : TradeAction.Long, Qty = Math.Max(asked, Least), MarginUsd = 100m };
        var verdict = With(NoMinimum, decision, closes ? 1_000_000m : 0m);
        return verdict.Fill is null ? verdict.Reason is not null : verdict.Fill.Qty > 0m && verdict.Fill.Qty <= decision.Qty;
    }).QuickCheckThrowOnFailure();

    private static Verdict With(Instrument rules, TradeDecision decision, decimal held) =>
        new DecisionCheck(Instruments, Options, NoFeed).Check(decision, Holding(held, balance: 1_000_000_000_000m), Tick(), Now, Free, venue: rules);

    private static TradeDecision Decision(TradeSignal signal) => Long() with
    {
        Action = signal.Action == "CLOSE" ? TradeAction.Close : TradeAction.Long,
        Qty = signal.Qty,
        MarginUsd = signal.MarginUsd,
        Leverage = signal.Leverage ?? 10m,
        Entry = signal.Entry,
        StopLoss = signal.StopLoss,
        TakeProfit = signal.TakeProfit,
        OrderType = signal.OrderType,
        Price = signal.Price,
    };
}
