using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Trigger.Storm;

/// <summary>Events that were kept from the same groups for one reason.</summary>
/// <param name="Reason">One of <see cref="StormWords.Reasons"/>.</param>
/// <param name="SameAs">The event that had said the same.</param>
/// <param name="FirstAt">When the first of them was raised.</param>
/// <param name="Priority">The highest.</param>
internal sealed record HeldTogether(string Reason, Guid? SameAs, int Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, int Priority)
{
    /// <summary>Of the first.</summary>
    public required string Title { get; init; }

    /// <summary>Up to <see cref="StormSummaries.MostTold"/>.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>The commonest first, up to <see cref="StormSummaries.MostTold"/>.</summary>
    public required IReadOnlyList<HeldTitle> Titles { get; init; }

    /// <summary>How many titles there are besides.</summary>
    public required int OtherTitles { get; init; }
}

internal sealed record HeldTitle(string Title, int Count);

/// <summary>The event that counts what was held back.</summary>
internal static class StormSummaries
{
    /// <summary>Whoever wants no summaries knows them by it.</summary>
    public const string Tag = "storm_summary";

    /// <summary>Titles and sources that are told one by one.</summary>
    public const int MostTold = 10;

    public static ImmediateEvent Of(HeldTogether held, Guid id, IReadOnlyList<string> groups, DateTimeOffset now)
    {
        var events = held.Count == 1 ? "event" : "events";
        var title = held.Reason switch
        {
            StormWords.SameEvent => $"{held.Count} more of: {held.Title}",
            StormWords.Mute => $"{held.Count} {events} held back by a blackout: {held.Title}",
            _ => $"{held.Count} {events} held back, more than a minute's: {held.Title}",
        };
        return new(
            id,
            EventSources.Storm + held.Reason,
            held.Priority,
            groups,
            FieldError.Shorten(title, FieldLimits.Title - 1),
            Payload(held).ToJsonString(),
            [Tag],
            null,
            (held.SameAs ?? id).ToString(),
            now,
            null);
    }

    private static JsonObject Payload(HeldTogether held) => new()
    {
        ["held_back"] = held.Reason,
        ["count"] = held.Count,
        ["first_at"] = Text(held.FirstAt),
        ["last_at"] = Text(held.LastAt),
        ["same_as"] = held.SameAs?.ToString(),
        ["sources"] = new JsonArray([.. held.Sources.Select(s => JsonValue.Create(s))]),
        ["titles"] = new JsonArray([.. held.Titles.Select(t => (JsonNode)new JsonObject { ["title"] = t.Title, ["count"] = t.Count })]),
        ["other_titles"] = held.OtherTitles,
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
