using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>What people are told of what was held back.</summary>
internal static class StormLogs
{
    private const string HeldBack = "EVENT_HELD_BACK";
    private const string SummaryLate = "STORM_SUMMARY_LATE";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Why an event woke none, or not all, of the groups that it was for.</summary>
    /// <param name="row">With its holds, one at least.</param>
    public static SystemLog Of(SignalRow row)
    {
        var holds = row.Holds.OrderBy(h => h.GroupName, StringComparer.Ordinal).ToList();
        var why = holds.GroupBy(h => h.Reason).Select(g => $"from {string.Join(", ", g.Select(h => h.GroupName))}, {Words(g.Key)}");
        return Log(
            row, HeldBack, $"An event was kept {string.Join("; ", why)}: {row.Title}",
            JsonSerializer.Serialize(new Held(row.Id, row.Groups, [.. holds.Select(h => new Hold(h.GroupName, h.Reason, h.SameAs))]), Json));
    }

    /// <summary>A summary that would be about another market by now; what it says is here.</summary>
    public static SystemLog OfLate(SignalRow summary) =>
        Log(summary, SummaryLate, $"Too late for {string.Join(", ", summary.Groups)}: {summary.Title}", StormSummaries.Read(summary.Event!).Payload);

    private static string Words(string reason) =>
        reason == StormWords.SameEvent ? "the same event had been sent just before" : "there had been all the events of a minute";

    private static SystemLog Log(SignalRow row, string code, string message, string detail) =>
        new(row.Id, "trigger", row.SourceId, "info", code, message, detail, row.CreatedAt, null);

    private sealed record Held(Guid EventId, IReadOnlyList<string> Groups, IReadOnlyList<Hold> HeldFrom);
}
