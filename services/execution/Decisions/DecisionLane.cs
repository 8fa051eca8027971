using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;
using TradingSystem.Hosting.Delivery;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Execution.Decisions;

/// <summary>Makes and saves the orders of decisions; <paramref name="seenBefore"/> when some of them may have theirs already.</summary>
public delegate Task<IReadOnlyList<Order>> SaveOrders(IReadOnlyList<TradeDecision> decisions, bool seenBefore, CancellationToken cancellationToken);

/// <summary>
/// Works off decisions in their queue's order. What arrived while the last group was being saved is the next group and shares its
/// transaction; a lone message never waits. Announcing goes on behind it, in the same order.
/// </summary>
public sealed class DecisionLane
{
    private const int MostDecisions = 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SaveOrders _save;
    private readonly Announcer _announcer;
    private readonly TimeProvider _time;
    private readonly ILogger<DecisionLane> _log;
    private readonly Intake<DecisionDelivery> _intake;
    private readonly Lock _gate = new();
    private readonly Queue<DecisionDelivery> _waiting = new();
    private bool _working;

    public DecisionLane(SaveOrders save, Announcer announcer, TimeProvider time, ILogger<DecisionLane> log)
    {
        (_save, _announcer, _time, _log) = (save, announcer, time, log);
        _intake = new(Wait, delivery => delivery.GiveBack(), time, log);
    }

    /// <summary>Completes when the decisions are saved and announced; what the bus must know, it throws.</summary>
    public Task RunAsync(Place place, DecisionDelivery delivery)
    {
        _intake.Add(place, delivery);
        return delivery.Done;
    }

    private void Wait(DecisionDelivery delivery)
    {
        lock (_gate)
        {
            _waiting.Enqueue(delivery);
            if (!_working)
            {
                _working = true;
                // Not a part of the message's trace: the worker outlives it.
                using (ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(WorkAsync);
                }
            }
        }
    }

    private async Task WorkAsync()
    {
        var group = new List<DecisionDelivery>();
        while (Take(group))
        {
            await SaveAsync(group);
            group.Clear();
        }
    }

    private bool Take(List<DecisionDelivery> group)
    {
        lock (_gate)
        {
            var count = 0;
            while (count < MostDecisions && _waiting.TryDequeue(out var delivery))
            {
                if (delivery.IsWanted)
                {
                    group.Add(delivery);
                    count += delivery.Decisions.Count;
                }
            }

            return _working = group.Count > 0;
        }
    }

    private async Task SaveAsync(List<DecisionDelivery> group)
    {
        var seenBefore = group.Exists(d => d.SeenBefore);
        while (group.Exists(d => d.IsWanted))
        {
            try
            {
                IReadOnlyList<TradeDecision> decisions = group.Count == 1 ? group[0].Decisions : [.. group.SelectMany(d => d.Decisions)];
                _announcer.Add([.. group], await _save(decisions, seenBefore, CancellationToken.None));
                return;
            }
            catch (Exception e) when (Outage.IsOutage(e))
            {
                DecisionLaneLog.Outage(_log, e);
                seenBefore = true;
                await Task.Delay(Pause, _time);
            }
            catch (Exception) when (group.Count > 1)
            {
                // One of them is at fault; the others must not share its fate.
                foreach (var delivery in group)
                {
                    await SaveAsync([delivery]);
                }

                return;
            }
            catch (Exception e)
            {
                group[0].Fail(e);
                return;
            }
        }
    }
}

internal static partial class DecisionLaneLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Decisions wait for the database")]
    public static partial void Outage(ILogger logger, Exception exception);
}
