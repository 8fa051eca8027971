using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Outages;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Schedules;

/// <summary>Keeps what triggers ask for. What comes twice, or of a trigger whose schedule it is not, changes nothing.</summary>
public sealed partial class ScheduleIntake(
    IDbContextFactory<TriggerDb> database, MarketState market, ScheduleClock clock, ConditionBook conditions, TimeProvider time, ILogger<ScheduleIntake> log)
{
    /// <summary>A trigger has at most so many active ones; more are kept as refused.</summary>
    private const int MostActive = 10_000;

    // Longer is more than the way here takes.
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(2);

    public async Task ApplyAsync(ScheduleChange change, CancellationToken cancellationToken)
    {
        if (change.Made is { } made)
        {
            await MakeAsync(change, made, cancellationToken);
        }
        else
        {
            await CancelAsync(change, cancellationToken);
        }
    }

    /// <summary>False where there is no such schedule that still waits for something.</summary>
    public async Task<bool> EndAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var ended = await db.Schedules.Where(s => s.Id == id && s.State == ScheduleStates.Active).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.State, ScheduleStates.Cancelled).SetProperty(r => r.EndedAt, now).SetProperty(r => r.DueAt, (DateTimeOffset?)null), cancellationToken);
        conditions.Changed();
        return ended > 0;
    }

    public async Task SwitchAsync(TriggerSwitched change, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into trigger.schedule_owners as t (owner_id, active, changed_at) values ({change.TriggerId}, {change.Active}, {change.ChangedAt})
            on conflict (owner_id) do update set active = excluded.active, changed_at = excluded.changed_at where excluded.changed_at >= t.changed_at
            """,
            cancellationToken);
    }

    private async Task MakeAsync(ScheduleChange change, ScheduledSignal made, CancellationToken cancellationToken)
    {
        DateTimeOffset? due;
        try
        {
            // Whatever has fallen due on its way here is found by the clock, and is late or not.
            due = made.Price is { } price ? ConditionBook.OverAt(price) : ScheduleTimes.Of(made).Next(change.CreatedAt);
        }
        catch (InvalidOperationException e)
        {
            ScheduleIntakeLog.Unreadable(log, change.ScheduleId, e);
            return;
        }

        var armed = made.Price is null ? null : Armed(made.Price.Symbol, change.CreatedAt);
        var kind = made.Price is not null ? ScheduleStates.Price : made.Cron is not null ? ScheduleStates.Cron : ScheduleStates.Once;
        var symbol = made.Price?.Symbol;
        var state = made.Price is null && due is null ? ScheduleStates.Done : ScheduleStates.Active;
        var ended = state == ScheduleStates.Done ? change.CreatedAt : (DateTimeOffset?)null;
        var signal = ScheduleRows.Text(made);
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            select pg_advisory_xact_lock(hashtextextended({change.ScheduleId}::text, 0));
            insert into trigger.schedules (
              id, owner_id, owner, kind, state, signal, due_at, symbol, market, armed_at, armed_low, armed_high, created_at, ended_at)
            select {change.ScheduleId}, {change.OwnerId}, {change.Owner}, {kind},
              case when c.at is not null then {ScheduleStates.Cancelled} when n.active >= {MostActive} then {ScheduleStates.Refused} else {state} end,
              {signal}, case when c.at is null and n.active < {MostActive} then {due}::timestamptz end, {symbol}::text, {armed?.Market}::text, {armed?.At}::timestamptz,
              {armed?.Low}::numeric, {armed?.High}::numeric, {change.CreatedAt},
              coalesce(c.at, case when n.active >= {MostActive} then {change.CreatedAt} else {ended}::timestamptz end)
            from (select count(*) as active from trigger.schedules where owner_id = {change.OwnerId} and state = {ScheduleStates.Active}) n
            left join trigger.schedule_cancels c on c.owner_id = {change.OwnerId} and c.schedule_id = {change.ScheduleId}
            on conflict (id) do nothing
            """,
            cancellationToken);
        clock.Wake();
        conditions.Changed();
    }

    private async Task CancelAsync(ScheduleChange change, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        // Under a lock, so that one that is made at this moment on another node is there for it, or sees it.
        await db.Database.ExecuteSqlAsync(
            $"""
            select pg_advisory_xact_lock(hashtextextended({change.ScheduleId}::text, 0));
            insert into trigger.schedule_cancels (owner_id, schedule_id, at) values ({change.OwnerId}, {change.ScheduleId}, {change.CreatedAt})
            on conflict do nothing;
            update trigger.schedules set state = {ScheduleStates.Cancelled}, ended_at = {change.CreatedAt}, due_at = null
            where id = {change.ScheduleId} and owner_id = {change.OwnerId} and state = {ScheduleStates.Active}
            """,
            cancellationToken);
        conditions.Changed();
    }

    /// <summary>From where on the prices of a symbol count: what was seen before is not what it waits for.</summary>
    private ArmedFrom Armed(string symbol, DateTimeOffset createdAt)
    {
        // The bar first: what comes between is in none of both, and then the bar's close shows it.
        var status = market.Status;
        var bar = market.WholeMoving(symbol, PriceWatch.Bar(status));
        if (market.Prices().FirstOrDefault(p => p.Symbol == symbol)?.MarketTime is not { } at)
        {
            return new(status?.StoredAs, status is null ? createdAt : ConditionBook.Unpriced(status, createdAt), null, null);
        }

        if (status!.Source != FeedStatus.Replay && at - createdAt > Behind)
        {
            // It waited to be taken in: what the market did meanwhile is in its candles.
            return new(status.StoredAs, createdAt, null, null);
        }

        var isOpen = bar is not null && bar.OpenTime <= at && at < bar.OpenTime + PriceWatch.BarLength(status);
        return new(status.StoredAs, at, isOpen ? bar!.Low : null, isOpen ? bar!.High : null);
    }

    private sealed record ArmedFrom(string? Market, DateTimeOffset At, decimal? Low, decimal? High);
}

/// <summary>What the gateway's sockets asked for, one after the other on all nodes.</summary>
public sealed class ScheduleChangesConsumer(ScheduleIntake intake) : IConsumer<ScheduleChanges>, IConsumer<TriggersSwitched>
{
    public Task Consume(ConsumeContext<TriggersSwitched> context) => EachAsync(context.Message.Items, intake.SwitchAsync, context.CancellationToken);

    public Task Consume(ConsumeContext<ScheduleChanges> context) => EachAsync(context.Message.Items, intake.ApplyAsync, context.CancellationToken);

    /// <summary>One that cannot be kept keeps none behind it from being kept.</summary>
    private static async Task EachAsync<TItem>(IReadOnlyList<TItem> items, Func<TItem, CancellationToken, Task> apply, CancellationToken cancellationToken)
    {
        List<Exception>? failed = null;
        foreach (var item in items)
        {
            try
            {
                await apply(item, cancellationToken);
            }
            catch (Exception e) when (!Outage.IsOutage(e) && !cancellationToken.IsCancellationRequested)
            {
                (failed ??= []).Add(e);
            }
        }

        if (failed is not null)
        {
            throw new AggregateException("Some of what triggers asked for could not be kept.", failed);
        }
    }
}

internal static partial class ScheduleIntakeLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {ScheduleId} cannot be read and is not kept")]
    public static partial void Unreadable(ILogger logger, Guid scheduleId, Exception exception);
}
