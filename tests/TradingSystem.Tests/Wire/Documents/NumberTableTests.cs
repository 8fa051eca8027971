using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>The table of numbers in PROTOCOL.md against the parser.</summary>
public sealed class NumberTableTests
{
    private static IEnumerable<TestCaseData> Cells =>
        from row in NumberTable.Rows
        from cell in NumberTable.Columns.Zip(row.Outcomes)
        select new TestCaseData(row, cell.First, cell.Second).SetArgDisplayNames($"{row.Dialect} {row.Title}", cell.First.Name, cell.Second.Words);

    [Test]
    public void Each_row_states_an_outcome_for_each_way_of_writing() =>
        Assert.That(NumberTable.Rows.Select(r => r.Outcomes.Count), Is.All.EqualTo(NumberTable.Columns.Count));

    [TestCaseSource(nameof(Cells))]
    public void A_number_becomes_what_the_table_says(object row, object column, object outcome)
    {
        var (theRow, theColumn, stated) = ((NumberRow)row, (NumberColumn)column, (NumberOutcome)outcome);
        var parsed = FrameParser.Parse(Frame(theRow, theColumn), theRow.Dialect);
        var path = (theRow.Dialect == Dialect.Kind ? "payload." : "payload.signal.") + theRow.Field;
        if (stated.Refused)
        {
            Assert.That(parsed.Errors.Select(e => e.Path), Is.EqualTo(new[] { path }), "refused at the field alone");
            return;
        }

        Assert.That(parsed.Errors, Is.Empty);
        var read = Value(((EventFrame)parsed.Frame!).Signal!, theRow.Field);
        Assert.Multiple(() =>
        {
            Assert.That(parsed.Warnings.Select(w => w.Path), Is.EqualTo(stated.Warned ? [path] : Array.Empty<string>()));
            Assert.That(read, stated.Rejected is null ? Is.EqualTo(stated.Reads) : theColumn.Json == "0" ? Is.Zero : Is.EqualTo(0.000000000000000001m));
        });
    }

    internal static byte[] Frame(NumberRow row, NumberColumn column)
    {
        var decision = row.Decision + (column.Json is null ? "" : $",\"{row.Field}\":{column.Json}");
        return Encoding.UTF8.GetBytes(row.Dialect == Dialect.Kind
            ? $$"""{"kind":"event","category":"decision","payload":{"symbol":"BTCUSDT",{{decision}}} }"""
            : $$"""{"type":"event","event_type":"post_trade","condition":{"domain":"trade_decision"},"payload":{{JsonSerializer.Serialize($$"""{"symbol":"BTCUSDT","signal":{{{decision}}} }""")}}}""");
    }

    private static decimal? Value(TradeSignal signal, string field) => field switch
    {
        "qty" => signal.Qty,
        "margin_usd" or "margin_usdt" => signal.MarginUsd,
        "leverage" => signal.Leverage,
        "entry" => signal.Entry,
        "stop_loss" => signal.StopLoss,
        "take_profit" => signal.TakeProfit,
        "confidence_pct" => signal.ConfidencePct,
        "price" => signal.Price,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
    };
}
