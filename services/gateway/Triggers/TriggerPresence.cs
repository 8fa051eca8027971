using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Gateway.Triggers;

/// <summary>
/// What was last heard of each trigger: its frames and refusals on this node, and the events of every node, out of the event log. Written at most every 30 s
/// for each, whatever it sends, so that other nodes and the next start know of it.
/// </summary>
public sealed class TriggerPresence(TriggerSignsTable table, TimeProvider time, ILogger<TriggerPresence> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, TriggerActivity> _activities = new();
    private readonly Dictionary<Guid, (TriggerSigns Signs, long At)> _written = [];

    public void Connected(Guid triggerId) => Of(triggerId).Connected(time.GetUtcNow());

    /// <summary>A frame came, whatever it is.</summary>
    public void Sent(Guid triggerId) => Of(triggerId).Sent(time.GetUtcNow());

    /// <summary>A frame was refused.</summary>
    /// <param name="code">Of the reply.</param>
    /// <param name="errors">Its detail.</param>
    public void Refused(Guid triggerId, string code, IReadOnlyList<FieldError> errors) => Of(triggerId).Refused(TriggerError.Of(code, errors, time.GetUtcNow()));

    /// <summary>Each event once, oldest first.</summary>
    public void Raised(ImmediateEvent item)
    {
        if (item.TriggerId is { } trigger)
        {
            Of(trigger).Raised(new(item.Id, item.Title, item.CreatedAt), time.GetUtcNow());
        }
    }

    /// <summary>What this node knows.</summary>
    public TriggerSigns Signs(Guid triggerId) => _activities.TryGetValue(triggerId, out var activity) ? activity.Signs : TriggerSigns.None;

    /// <summary>Of every node.</summary>
    public int EventsLastHour(Guid triggerId) => _activities.TryGetValue(triggerId, out var activity) ? activity.EventsLastHour(time.GetUtcNow()) : 0;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            // The sessions are closed by now: this is the last that was heard.
            await WriteAsync(TimeSpan.Zero, cancellationToken);
        }
        catch (Exception e) when (Outage.IsOutage(e) || e is OperationCanceledException)
        {
            // At most half a minute of it is lost.
        }
    }

    /// <summary>What cannot be written is kept in memory for the next round.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.EveryAsync(Period, time, log, token => WriteAsync(MinInterval, token), stoppingToken);

    private async Task WriteAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        var due = new List<(Guid Id, TriggerSigns Signs)>();
        foreach (var (id, activity) in _activities)
        {
            var signs = activity.Signs;
            // One that is about to be heard of for the first time says nothing yet.
            if (signs == TriggerSigns.None)
            {
                continue;
            }

            if (!_written.TryGetValue(id, out var last) || (signs != last.Signs && time.GetElapsedTime(last.At) >= interval))
            {
                due.Add((id, signs));
            }
        }

        foreach (var some in due.OrderBy(d => d.Id).Chunk(TriggerSignsTable.MaxBatch))
        {
            await table.WriteAsync(some, cancellationToken);
            foreach (var (id, signs) in some)
            {
                _written[id] = (signs, time.GetTimestamp());
            }
        }
    }

    private TriggerActivity Of(Guid triggerId) => _activities.GetOrAdd(triggerId, static _ => new());
}
