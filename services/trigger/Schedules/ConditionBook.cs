using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Schedules;

/// <summary>
/// Brings conditions from the database to the market (here at once, from another node within two seconds), and what was met back: once on all nodes, for
/// only one of them ends the schedule.
/// </summary>
public sealed partial class ConditionBook(
    IDbContextFactory<TriggerDb> database, MarketState market, PriceWatch watch, OccurrenceSender sender, TimeProvider time, ILogger<ConditionBook> log)
    : BackgroundService
{
    /// <summary>So long after its end a condition may still be met by a price of before.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>There is one met price of a condition at most, so it needs no time.</summary>
    private const string Occurrence = "met";

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    // Until there is a market.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    private readonly Wakeup _wakeup = new();
    private readonly Dictionary<Guid, WatchedPrice?> _armed = [];
    private string? _market;

    /// <summary>When a condition that no price has met is over; null where it waits until it is cancelled.</summary>
    public static DateTimeOffset? OverAt(PriceCondition price) =>
        price.ValidUntil is { } until && until < DateTimeOffset.MaxValue - Grace ? until + Grace : null;

    /// <summary>From where on prices count of a symbol that has none yet: a recording has not begun to be told, whatever its times are.</summary>
    public static DateTimeOffset Unpriced(FeedStatus status, DateTimeOffset now) => status.Source == FeedStatus.Replay ? DateTimeOffset.UnixEpoch : now;

    /// <summary>One was made or cancelled.</summary>
    public void Changed() => _wakeup.Set();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Rounds.WhenWokenAsync(_wakeup, Deadline, time, log, LoadAsync, stoppingToken), WriteAsync(stoppingToken));

    private async Task<TimeSpan> LoadAsync(CancellationToken cancellationToken)
    {
        if (market.Status is not { } status)
        {
            return Soon;
        }

        if (_market != status.StoredAs)
        {
            _armed.Clear();
            _market = null;
        }

        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var active = db.Schedules.Where(s => s.Kind == ScheduleStates.Price && s.State == ScheduleStates.Active);
        var ids = (await active.Select(s => s.Id).ToListAsync(cancellationToken)).ToHashSet();
        var more = ids.Where(id => !_armed.ContainsKey(id)).ToList();
        if (more.Count == 0 && ids.Count == _armed.Count && _market is not null)
        {
            return Round;
        }

        var rows = await active.Where(s => more.Contains(s.Id)).ToListAsync(cancellationToken);
        foreach (var row in rows.Where(r => r.Market != status.StoredAs))
        {
            if (row.Market is not null || status.Source == FeedStatus.Replay)
            {
                // What another market's prices were says nothing of this one's: they count from now on.
                (row.ArmedLow, row.ArmedHigh) = (null, null);
                row.ArmedAt = market.Prices().FirstOrDefault(p => p.Symbol == row.Symbol)?.MarketTime ?? Unpriced(status, time.GetUtcNow());
            }

            row.Market = status.StoredAs;
        }

        await db.SaveChangesAsync(cancellationToken);
        foreach (var gone in _armed.Keys.Where(id => !ids.Contains(id)).ToList())
        {
            _armed.Remove(gone);
        }

        rows.ForEach(r => _armed[r.Id] = Watched(r));
        market.Retell(watch, () => watch.Arm(market.Status?.StoredAs == status.StoredAs ? _armed.Values.OfType<WatchedPrice>() : []));
        _market = market.Status?.StoredAs == status.StoredAs ? status.StoredAs : null;
        return Round;
    }

    /// <summary>Null where it cannot be read, as of a later version: it must not take the others with it.</summary>
    private WatchedPrice? Watched(ScheduleRow row)
    {
        try
        {
            var price = ScheduleRows.Signal(row).Price!;
            return new(row.Id, price.Symbol, price.Op, price.Value, row.ArmedAt!.Value, row.ArmedLow, row.ArmedHigh, price.ValidUntil);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            ConditionBookLog.Unreadable(log, row.Id, e);
            return null;
        }
    }

    private async Task WriteAsync(CancellationToken stoppingToken)
    {
        await foreach (var met in watch.Met.ReadAllAsync(stoppingToken))
        {
            var isWritten = false;
            await Rounds.UntilDoneAsync(Deadline, time, log, async token => isWritten = await WriteAsync(met, token), stoppingToken);
            if (isWritten)
            {
                sender.Wake();
            }
        }
    }

    /// <summary>False where another node was first, or it was cancelled meanwhile.</summary>
    private async Task<bool> WriteAsync(PriceMet met, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.Database.ExecuteSqlAsync(
            $"""
            with ended as (
              update trigger.schedules set state = {ScheduleStates.Done}, ended_at = {now}, due_at = null
              where id = {met.Id} and state = {ScheduleStates.Active}
              returning id, owner_id)
            insert into trigger.occurrences (id, schedule_id, at, outcome, count, price, claimed_at, sent_at)
            select {ScheduleClock.Id(met.Id, Occurrence)}, e.id, {met.At}, case when o.active then {ScheduleStates.Raised} else {ScheduleStates.SwitchedOff} end,
              1, {met.Price}, {now}, case when not o.active then {now} end
            from ended e
            cross join lateral (select coalesce((select active from trigger.schedule_owners w where w.owner_id = e.owner_id), true) as active) o
            on conflict (id) do nothing
            """,
            cancellationToken) > 0;
    }
}

internal static partial class ConditionBookLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Condition {ScheduleId} cannot be read and is not looked at")]
    public static partial void Unreadable(ILogger logger, Guid scheduleId, Exception exception);
}
