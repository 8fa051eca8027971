using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>What is judged of a signal, and what is kept of it.</summary>
internal static class SignalRows
{
    /// <summary>The clock on the wall, as <see cref="SignalRow.Clock"/> has it.</summary>
    public const string Wall = "clock";

    /// <summary>Whoever had it judged sends it; when it is not out so long after that, somebody else does.</summary>
    public static readonly TimeSpan Claim = TimeSpan.FromSeconds(10);

    public static Judged Judge(Signal signal, DateTimeOffset now)
    {
        var raised = signal.MarketTime ?? signal.Item.CreatedAt;
        return new(signal.Item.Id, signal.Item.Priority, Clean(signal.Topic), Clean(signal.Says)!, signal.Run ?? Wall, raised, signal.Run is null ? now : raised);
    }

    /// <param name="confirmedAt">When it is known to be out; null while it is not.</param>
    public static SignalRow Of(Signal signal, Judged judged, Verdict verdict, StormOptions options, DateTimeOffset now, DateTimeOffset? confirmedAt) => new()
    {
        Id = signal.Item.Id,
        Clock = judged.Clock,
        RaisedAt = judged.RaisedAt,
        At = judged.At,
        MarketTime = signal.MarketTime,
        Topic = judged.Topic,
        Says = judged.Says,
        SourceId = Clean(signal.Item.SourceId)!,
        Priority = signal.Item.Priority,
        Title = Clean(signal.Item.Title)!,
        Outcome = verdict.Outcome,
        Groups = [.. verdict.Groups],
        Holds =
        [
            .. verdict.Holds.Select(h => new HoldRow
            {
                SignalId = signal.Item.Id,
                GroupName = h.Group,
                Clock = judged.Clock,
                Reason = h.Reason,
                SameAs = h.SameAs,
                Blackout = h.Blackout,
                Until = now + h.Reason switch
                {
                    StormWords.SameEvent => options.SameWithin,
                    // Whoever is muted is told of nothing, so this waits for the end of it, whenever somebody makes that. A recording's own time ends it unseen.
                    StormWords.Mute when judged.Clock == Wall => TimeSpan.Zero,
                    _ => StormJudge.Minute,
                },
            }),
        ],
        CreatedAt = now,
        Event = verdict.Of(signal.Item) is { } item ? Write(item) : null,
        NewsUntil = signal.Item.CreatedAt + signal.News,
        ClaimedUntil = verdict.IsHeldBack ? null : now + Claim,
        ConfirmedAt = confirmedAt,
        ToldAt = verdict.Holds.Count == 0 ? now : null,
    };

    public static string Write(ImmediateEvent item) => Clean(JsonSerializer.Serialize(item, BusJson.Default.ImmediateEvent))!;

    public static ImmediateEvent Read(string item) => JsonSerializer.Deserialize(item, BusJson.Default.ImmediateEvent)!;

    /// <summary>What a column can hold: a text may have been cut in the middle of a character.</summary>
    private static string? Clean(string? text) => text is null ? null : string.Concat(text.EnumerateRunes()).Replace('\0', '\uFFFD');
}
