using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>An event that a rule, a schedule, a news feed, a webhook or a test had to raise.</summary>
/// <param name="Id">The event's.</param>
/// <param name="SourceId">What raised it.</param>
/// <param name="At">When it was raised, RFC 3339: of a recording in its market time.</param>
/// <param name="MarketTime">What it is about, RFC 3339 in market time, such as the end of the candle that set off a rule; null where it is about no market.</param>
/// <param name="Outcome">
/// sent: it woke its groups, or those that it was not kept from. pending: it is let through and about to be sent. given_up: the bus did not take it while it was news.
/// held_back: it was kept from all of them. summary: it counts what was held back.
/// </param>
/// <param name="Groups">Names of the groups that it woke, of those that were known.</param>
/// <param name="HeldFrom">The groups that it was for and did not wake, and why.</param>
/// <param name="SameAs">Of a summary, the event whose repetitions it counts.</param>
/// <param name="SentAt">When the bus had it for sure, RFC 3339; null while that is not known, and of what was held back.</param>
public sealed record SignalView(
    Guid Id, string SourceId, int Priority, string Title, DateTimeOffset At, DateTimeOffset? MarketTime,
    [property: Words(typeof(StormWords), nameof(StormWords.Outcomes))] string Outcome, IReadOnlyList<string> Groups, IReadOnlyList<HoldView> HeldFrom,
    Guid? SameAs, DateTimeOffset? SentAt, DateTimeOffset CreatedAt)
{
    internal static SignalView Of(SignalRow row) =>
        new(
            row.Id, row.SourceId, row.Priority, row.Title, row.RaisedAt, row.MarketTime,
            row.Outcome != StormWords.Sent || row.ConfirmedAt is not null ? row.Outcome : row.GivenUpAt is null ? StormWords.Pending : StormWords.GivenUp, row.Groups,
            [.. row.Holds.OrderBy(h => h.GroupName, StringComparer.Ordinal).Select(HoldView.Of)], row.SameAs, row.ConfirmedAt, row.CreatedAt);
}

/// <summary>What came of a test event.</summary>
/// <param name="Id">The event's; null where it was only checked.</param>
/// <param name="SourceId">What it says that it comes from.</param>
/// <param name="Payload">What the groups get, a JSON object.</param>
/// <param name="Outcome">sent or held_back; where it was only checked, what would have become of it.</param>
/// <param name="Groups">Names of the groups that it wakes.</param>
/// <param name="HeldFrom">The groups that it is for and does not wake, and why.</param>
public sealed record TestEventView(
    Guid? Id, string SourceId, int Priority, IReadOnlyList<string> Targets, string Title, JsonElement Payload, IReadOnlyList<string> Tags,
    [property: Words(typeof(StormWords), nameof(StormWords.Verdicts))] string Outcome, IReadOnlyList<string> Groups, IReadOnlyList<HoldView> HeldFrom);

/// <summary><c>/api/v1/signals</c>: what this service's senses had to raise and what became of it; test events.</summary>
public static class SignalsApi
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public static void MapSignals(this WebApplication app)
    {
        var signals = app.MapGroup("/api/v1/signals").WithTags("signals");
        signals.MapGet("/", ListAsync).RequireRole(Roles.Viewer)
            .Operation("listSignals", "Events of the built-in senses, newest first: what was sent for an hour, what was held back, and why, for 7 days");
        signals.MapPost("/test", TestAsync).RequireRole(Roles.Trader)
            .Operation("sendTestEvent", "Raises an event by hand, or says whom it would wake; groups act on it as on any other");
    }

    private static async Task<Ok<Page<SignalView>>> ListAsync(
        TriggerDb db, [AsParameters] ListQuery list, [Words(typeof(StormWords), nameof(StormWords.Outcomes))] string? outcome,
        [Words(typeof(StormWords), nameof(StormWords.Reasons))] string? reason, string? source_id, string? group, CancellationToken cancellationToken)
    {
        var rows = db.Signals.AsNoTracking().Include(s => s.Holds).Where(s => s.Seq < list.Before);
        rows = outcome switch
        {
            null => rows,
            StormWords.Sent => rows.Where(s => s.Outcome == StormWords.Sent && s.ConfirmedAt != null),
            StormWords.Pending => rows.Where(s => s.Outcome == StormWords.Sent && s.ConfirmedAt == null && s.GivenUpAt == null),
            StormWords.GivenUp => rows.Where(s => s.Outcome == StormWords.Sent && s.ConfirmedAt == null && s.GivenUpAt != null),
            _ => rows.Where(s => s.Outcome == outcome),
        };
        rows = reason is null ? rows : rows.Where(s => s.Holds.Any(h => h.Reason == reason && (group == null || h.GroupName == group)));
        rows = source_id is null ? rows : rows.Where(s => s.SourceId == source_id);
        rows = group is null ? rows : rows.Where(s => s.Groups.Contains(group) || s.Holds.Any(h => h.GroupName == group));
        return TypedResults.Ok(list.Page(await rows.OrderByDescending(s => s.Seq).Take(list.Take).ToListAsync(cancellationToken), s => s.Seq, SignalView.Of));
    }

    private static async Task<Results<Ok<TestEventView>, RestError>> TestAsync(
        HttpContext http, RestBody<TestEventBody> body, StormGate gate, StormBook book, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => TestEventBody.Read(b.Fields), out var asked, out var refusal))
        {
            return refusal;
        }

        var signal = asked.Signal(http.User.Actor(), time.GetUtcNow());
        if (asked.ValidateOnly == true)
        {
            try
            {
                return TypedResults.Ok(View(signal, await book.TryAsync(signal, cancellationToken), null));
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && (e is OperationCanceledException || Outage.IsOutage(e)))
            {
                return RestError.Unavailable("$", "the database; ask again");
            }
        }

        if (await Task.WhenAny(gate.JudgeAsync(signal), Task.Delay(Deadline, time, cancellationToken)) is not Task<Ruling?> { Result: { } ruling })
        {
            return RestError.Unavailable("$", "the database; it may be raised all the same");
        }

        await gate.SendAsync(signal, ruling);
        return TypedResults.Ok(View(signal, ruling.Verdict, signal.Item.Id));
    }

    private static TestEventView View(Signal signal, Verdict verdict, Guid? id) => new(
        id, signal.Item.SourceId, signal.Item.Priority, signal.Item.Targets, signal.Item.Title, JsonElement.Parse(signal.Item.Payload), signal.Item.Tags,
        verdict.Outcome, verdict.Groups, [.. verdict.Holds.Select(HoldView.Of)]);
}
