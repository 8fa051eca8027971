using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>What people are told of what was held back.</summary>
internal static class StormLogs
{
    private const string HeldBack = "EVENT_HELD_BACK";
    private const string GivenUp = "EVENT_GIVEN_UP";
    private const string SummaryLate = "STORM_SUMMARY_LATE";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Why an event woke none, or not all, of the groups that it was for.</summary>
    /// <param name="row">With its holds, one at least.</param>
    public static SystemLog Of(SignalRow row)
    {
        var holds = row.Holds.OrderBy(h => h.GroupName, StringComparer.Ordinal).ToList();
        var why = holds.GroupBy(h => (h.Reason, h.Blackout)).Select(g => $"from {string.Join(", ", g.Select(h => h.GroupName))}, {Words(g.Key.Reason, g.Key.Blackout)}");
        return Log(
            row, HeldBack, $"An event was kept {string.Join("; ", why)}: {row.Title}",
            JsonSerializer.Serialize(new Held(row.Id, row.Groups, [.. holds.Select(h => new HeldFrom(h.GroupName, h.Reason, h.SameAs, h.Blackout))]), Json));
    }

    /// <summary>An event, or a summary, that the bus did not take while it was news. It may be out: nobody said that it was not.</summary>
    public static SystemLog OfGivenUp(SignalRow row) =>
        row.Outcome == StormWords.Summary
            ? Log(row, SummaryLate, $"Too late for {string.Join(", ", row.Groups)}: {row.Title}", row.Event!)
            : Log(row, GivenUp, $"An event could not be sent in time: {row.Title}", JsonSerializer.Serialize(new Lost(row.Id, row.Groups), Json)) with
            {
                Id = NameBasedGuid.CreateOwn(row.Id, GivenUp),
                Level = "error",
            };

    private static string Words(string reason, string? blackout) => reason switch
    {
        StormWords.SameEvent => "the same event had been sent just before",
        StormWords.Mute => $"the blackout {blackout} was on",
        _ => "there had been all the events of a minute",
    };

    private static SystemLog Log(SignalRow row, string code, string message, string detail) =>
        new(row.Id, "trigger", row.SourceId, "info", code, message, detail, row.CreatedAt, null);

    private sealed record Lost(Guid EventId, IReadOnlyList<string> Groups);

    private sealed record Held(Guid EventId, IReadOnlyList<string> Groups, IReadOnlyList<HeldFrom> HeldFrom);

    private sealed record HeldFrom(string Group, string Reason, Guid? SameAs, string? Blackout);
}
