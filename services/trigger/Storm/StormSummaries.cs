using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Trigger.Storm;

/// <summary>What a summary needs to know of an event that was held back.</summary>
internal sealed record HeldSignal(
    Guid Id, string Clock, DateTimeOffset At, DateTimeOffset CreatedAt, string SourceId, int Priority, string Title, string Reason, IReadOnlyList<string> HeldFrom, Guid? SameAs);

/// <summary>The event that counts what was held back.</summary>
internal static class StormSummaries
{
    /// <summary>Whoever wants no summaries knows them by it.</summary>
    public const string Tag = "storm_summary";

    private const int MostTitles = 10;

    /// <summary>What was held back from these groups, in one event.</summary>
    /// <param name="held">At least one, all for one reason and of one clock, in the order in which they were raised.</param>
    public static ImmediateEvent Of(IReadOnlyList<HeldSignal> held, IReadOnlyList<string> groups, DateTimeOffset now)
    {
        var (first, id) = (held[0], Guid.CreateVersion7(now));
        var title = first.Reason == StormWords.SameEvent
            ? $"{held.Count} more of: {first.Title}"
            : $"{held.Count} {(held.Count == 1 ? "event" : "events")} held back, more than a minute's: {first.Title}";
        return new(
            id,
            EventSources.Storm + first.Reason,
            held.Max(h => h.Priority),
            groups,
            FieldError.Shorten(title, FieldLimits.Title - 1),
            Payload(held).ToJsonString(),
            [Tag],
            null,
            (first.Reason == StormWords.SameEvent ? first.SameAs ?? id : id).ToString(),
            now,
            null);
    }

    public static string Write(ImmediateEvent summary) => JsonSerializer.Serialize(summary, BusJson.Default.ImmediateEvent);

    public static ImmediateEvent Read(string summary) => JsonSerializer.Deserialize(summary, BusJson.Default.ImmediateEvent)!;

    private static JsonObject Payload(IReadOnlyList<HeldSignal> held)
    {
        var titles = held.GroupBy(h => h.Title, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ToList();
        return new()
        {
            ["held_back"] = held[0].Reason,
            ["count"] = held.Count,
            ["first_at"] = Text(held.Min(h => h.At)),
            ["last_at"] = Text(held.Max(h => h.At)),
            ["same_as"] = held[0].Reason == StormWords.SameEvent ? held[0].SameAs?.ToString() : null,
            ["sources"] = new JsonArray([.. held.Select(h => h.SourceId).Distinct(StringComparer.Ordinal).Take(MostTitles).Select(s => JsonValue.Create(s))]),
            ["titles"] = new JsonArray([.. titles.Take(MostTitles).Select(g => (JsonNode)new JsonObject { ["title"] = g.Key, ["count"] = g.Count() })]),
            ["other_titles"] = Math.Max(titles.Count - MostTitles, 0),
        };
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
