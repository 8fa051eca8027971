using System.Diagnostics;
using System.Diagnostics.Metrics;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.TradingGroup.Market;
using TradingSystem.TradingGroup.Roles;
using TradingSystem.TradingGroup.Settings;
using TradingSystem.TradingGroup.Storage;

namespace TradingSystem.TradingGroup.Discussions;

/// <summary>Takes one event through one group: opinions, decision, save, publish.</summary>
public sealed class DiscussionRunner(
    DiscussionStore store,
    CandleMemory memory,
    PositionMemory positions,
    IDurablePublisher publisher,
    TradingGroupOptions options,
    TimeProvider time,
    ILogger<DiscussionRunner> log)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    // How late a candle may be told after its end, when trades were missed in it and it is asked for.
    private static readonly TimeSpan LateCandle = TimeSpan.FromSeconds(15);
    private static readonly ActivitySource Activities = new($"{Telemetry.Prefix}.TradingGroup");
    private static readonly Meter Meter = new($"{Telemetry.Prefix}.TradingGroup");
    private static readonly Counter<long> Concluded = Meter.CreateCounter<long>("trading_group.discussions");
    private static readonly Counter<long> Skipped = Meter.CreateCounter<long>("trading_group.events.skipped");

    /// <summary>Throws when it could not be finished in time or made durable; it may then be run again and says the same.</summary>
    public async Task RunAsync(GroupConfig group, ImmediateEvent trigger, CancellationToken cancellationToken)
    {
        using var activity = Activities.StartActivity("group.discuss", ActivityKind.Internal, trigger.TraceParent);
        activity?.SetTag("group.name", group.Name).SetTag("event.id", trigger.Id.ToString());
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Deadline);
        try
        {
            await DiscussAsync(group, trigger, deadline.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The discussion of {group.Name} about {trigger.Id} did not finish within {options.Deadline}.", e);
        }
    }

    private async Task DiscussAsync(GroupConfig group, ImmediateEvent trigger, CancellationToken cancellationToken)
    {
        var announcement = await store.FindAsync(group.Id, trigger.Id, cancellationToken);
        if (announcement is null)
        {
            var age = time.GetUtcNow() - trigger.CreatedAt;
            if (age > options.MaxEventAge)
            {
                Skipped.Add(1);
                DiscussionRunnerLog.TooOld(log, trigger.Id, group.Name, age.TotalSeconds);
                return;
            }

            announcement = await HoldAsync(group, trigger, cancellationToken);
            Concluded.Add(1, new KeyValuePair<string, object?>("action", announcement.Decision.Action.ToString()));
            DiscussionRunnerLog.Concluded(log, group.Name, trigger.Id, announcement.Decision.Action, announcement.Decision.ConfidencePct);
        }

        // Both at once: the order does not wait for the minutes.
        await Task.WhenAll(
            publisher.PublishOrThrowAsync([announcement.Decision], cancellationToken),
            publisher.PublishOrThrowAsync([announcement.Log], cancellationToken));
    }

    private async Task<Announcement> HoldAsync(GroupConfig group, ImmediateEvent trigger, CancellationToken cancellationToken)
    {
        var topic = Topic.Read(trigger.Payload);
        var length = IntervalName.Length(group.Interval);
        await WaitForCandleAsync(group, length, topic, cancellationToken);
        var candles = length is { } l ? memory.InARow(group.Symbol, group.Interval, l, options.Candles) : [];
        var tick = memory.Price(group.Symbol);
        var price = tick?.Price ?? (candles.Count > 0 ? candles[^1].Close : (decimal?)null);
        var conclude = Missing(group, topic, length, candles, tick) is { } missing
            ? Panel.WithoutData(group, missing)
            : Panel.Hear(new Briefing(group, group.Interval, candles, price!.Value, topic.Direction, options));
        return await store.ConcludeAsync(group.Id, trigger.Id, stance => Conclude(group, trigger, stance, conclude, price), cancellationToken);
    }

    private (Announcement Announcement, Action<StanceRow> Change) Conclude(
        GroupConfig group,
        ImmediateEvent trigger,
        StanceRow stance,
        Func<int, Minutes> conclude,
        decimal? price)
    {
        var standing = Standing.Of(stance, positions.Find(group.Id, group.Symbol));
        var minutes = conclude(standing);
        var verdict = minutes.Verdict;
        var at = time.GetUtcNow();
        return (Announcement.Of(group, trigger, minutes, price, at, options.DecisionValidity), Change);

        void Change(StanceRow row)
        {
            row.LastDiscussionAt = at;
            row.LastAction = verdict.Action.Word();
            row.Direction = verdict.Direction;
        }
    }

    private string? Missing(GroupConfig group, Topic topic, TimeSpan? length, IReadOnlyList<Candle> candles, PriceTick? tick)
    {
        if (topic.Symbol is { } symbol && !symbol.Equals(group.Symbol, StringComparison.OrdinalIgnoreCase))
        {
            return $"the event is about {symbol} and the group trades {group.Symbol}";
        }

        if (candles.Count < options.Candles)
        {
            return $"{candles.Count} closed {group.Interval} candles of {group.Symbol} in a row are known, {options.Candles} are needed";
        }

        // A replay's candles may lag behind its prices by many market minutes; they are of one file all the same.
        if (tick is { Source: not "replay" } && length is { } l && candles[^1].OpenTime + (2 * l) + LateCandle < tick.MarketTime)
        {
            return $"the newest closed {group.Interval} candle of {group.Symbol} ended {(tick.MarketTime - candles[^1].OpenTime - l).TotalSeconds:0} s ago";
        }

        var age = tick is null ? TimeSpan.Zero : time.GetUtcNow() - tick.LastSeen();
        return age > options.MaxPriceAge ? $"the last price of {group.Symbol} is {age.TotalSeconds:0} s old" : null;
    }

    // An event may overtake the candle it was raised by.
    private async Task WaitForCandleAsync(GroupConfig group, TimeSpan? length, Topic topic, CancellationToken cancellationToken)
    {
        if (topic.MarketTime is not { } at || length is not { } l)
        {
            return;
        }

        var started = time.GetTimestamp();
        var ended = at.UtcTicks - (at.UtcTicks % l.Ticks);
        while (time.GetElapsedTime(started) < options.CandleWait
            && memory.Closed(group.Symbol, group.Interval) is { Count: >= 1 } candles
            && (candles[^1].OpenTime + l).UtcTicks < ended)
        {
            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }
}

internal static partial class DiscussionRunnerLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Group} discussed event {EventId}: {Action} at {ConfidencePct}%")]
    public static partial void Concluded(ILogger logger, string group, Guid eventId, TradeAction action, decimal? confidencePct);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} is {AgeSeconds} s old and skipped by {Group}")]
    public static partial void TooOld(ILogger logger, Guid eventId, string group, double ageSeconds);
}
