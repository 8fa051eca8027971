using TradingSystem.Gateway.Leases;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Triggers;

/// <summary>A trigger as REST shows it.</summary>
/// <param name="Status">online: a frame came within the last five minutes. quiet: it is connected, and none did. offline: neither, or it is switched off.</param>
/// <param name="Connected">Whether a session of it is open now, on any node.</param>
/// <param name="LastSeenAt">When it connected or sent last, RFC 3339; null where it never did. On another node it may be half a minute old.</param>
/// <param name="LastFrameAt">When its last frame came, whatever it was, RFC 3339; null where none ever did. On another node it may be half a minute old.</param>
/// <param name="LastEvent">The last event that it raised, also by a schedule; null where there was none.</param>
/// <param name="LastError">The last frame of it that was refused; null where none was. On another node it may come half a minute later.</param>
/// <param name="EventsLastHour">Events that it raised in this minute and the 59 before it, on all nodes and by its schedules.</param>
public sealed record TriggerView(
    Guid Id,
    string Name,
    string ProviderName,
    string ModelName,
    bool Active,
    [property: Words(typeof(SourceStatus))] string Status,
    bool Connected,
    DateTimeOffset? LastSeenAt,
    DateTimeOffset? LastFrameAt,
    TriggerEvent? LastEvent,
    TriggerError? LastError,
    int EventsLastHour,
    DateTimeOffset CreatedAt);

/// <summary>What is known of triggers, by their rows, this node and the leases of the others.</summary>
public sealed class TriggerViews(OpenSessions sessions, TriggerPresence presence, TimeProvider time)
{
    /// <returns>By id.</returns>
    public async Task<IReadOnlyDictionary<Guid, TriggerView>> OfAsync(IReadOnlyList<TriggerRow> triggers, CancellationToken cancellationToken)
    {
        var open = await sessions.OfAsync([.. triggers.Select(t => t.Id)], cancellationToken);
        return triggers.ToDictionary(t => t.Id, t => View(t, open.Contains(t.Id)));
    }

    public async Task<TriggerView> OfAsync(TriggerRow trigger, CancellationToken cancellationToken) => (await OfAsync([trigger], cancellationToken))[trigger.Id];

    /// <summary>Of one that was just written.</summary>
    public async Task<TriggerView> BehindChangeAsync(TriggerRow trigger, CancellationToken cancellationToken) =>
        View(trigger, (await sessions.BehindChangeAsync(trigger.Id, cancellationToken)).Contains(trigger.Id));

    private TriggerView View(TriggerRow t, bool isConnected)
    {
        var signs = presence.Signs(t.Id).Or(new(
            t.LastSeenAt,
            t.LastFrameAt,
            t is { LastEventId: { } id, LastEventTitle: { } title, LastEventAt: { } raisedAt } ? new(id, title, raisedAt) : null,
            t is { LastErrorCode: { } code, LastErrorMessage: { } message, LastErrorAt: { } refusedAt } ? new(code, message, refusedAt) : null));
        return new(
            t.Id, t.Name, t.ProviderName, t.ModelName, t.Active, SourceStatus.Of(t.Active, isConnected, signs.FrameAt, time.GetUtcNow()), isConnected,
            signs.SeenAt, signs.FrameAt, signs.Event, signs.Error, presence.EventsLastHour(t.Id), t.CreatedAt);
    }
}
