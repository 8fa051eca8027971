using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Protection;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Orders;

/// <summary>
/// Decisions that were delivered together: decided in memory in their order and saved in one transaction of one round trip, each
/// decision at most once for ever. What was decided counts only once it is saved; if that fails, the books are forgotten with it.
/// </summary>
public sealed class DecisionProcessor(
    BookReader reader,
    DecisionWriter writer,
    Decider decider,
    PriceBook prices,
    ExecutionOptions options,
    TimeProvider time) : IDisposable
{
    private const int Attempts = 5;

    private readonly Books _books = new();
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>A limit set a group to reducing; it is saved.</summary>
    public event Action? Tripped;

    /// <summary>Protection legs were set, changed or ended, and are saved so.</summary>
    public event Action<IReadOnlyList<ProtectionLeg>>? LegsChanged;

    /// <summary>Orders for these accounts' venues are saved.</summary>
    public event Action<IReadOnlyList<DeskIntent>>? Handed;

    /// <summary>The order of every decision, in their order: made now, or saved when the decision was first seen.</summary>
    /// <param name="seenBefore">True when some of them may have their order already, e.g. on a redelivery; only saves a failed attempt.</param>
    public Task<IReadOnlyList<Order>> ProcessAsync(IReadOnlyList<TradeDecision> decisions, bool seenBefore, CancellationToken cancellationToken) =>
        ProcessAsync(decisions, seenBefore, byCommand: false, cancellationToken);

    /// <summary>A person's closing orders: through the same path, but past fences, halts and limits.</summary>
    public Task<IReadOnlyList<Order>> CommandAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken) =>
        ProcessAsync(decisions, seenBefore: true, byCommand: true, cancellationToken);

    private async Task<IReadOnlyList<Order>> ProcessAsync(IReadOnlyList<TradeDecision> decisions, bool seenBefore, bool byCommand, CancellationToken cancellationToken)
    {
        if (decisions.Count == 0)
        {
            return [];
        }

        // Before its turn: nothing is held while waiting.
        await WaitForPricesAsync(decisions, cancellationToken);
        return await InTurnAsync(again => DecideAndSaveAsync(decisions, seenBefore || again, byCommand, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// The orders of legs whose price was reached; none for a leg that has gone, or that another node made an order of. A leg without a
    /// price that may be traded on waits.
    /// </summary>
    public Task<IReadOnlyList<Order>> TriggerAsync(IReadOnlyList<(ProtectionLeg Leg, PriceTick ReachedBy)> reached, CancellationToken cancellationToken) =>
        InTurnAsync(_ => TriggerAndSaveAsync(reached, cancellationToken), cancellationToken);

    /// <summary>Legs that positions stand without wait again; how many there were.</summary>
    public Task<int> RestoreAsync(IReadOnlyList<ProtectionPlan> plans, CancellationToken cancellationToken) =>
        InTurnAsync(
            _ =>
            {
                // The tables say that there is no leg; whatever is in memory is not so.
                _books.Forget();
                return RestoreAndSaveAsync(plans, cancellationToken);
            },
            cancellationToken);

    /// <param name="work">Told whether it runs again because what it rested on was no longer so.</param>
    private async Task<T> InTurnAsync<T>(Func<bool, Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await work(attempt > 1);
                }
                catch (PostgresException e) when (DecisionWriter.IsConflict(e) && attempt < Attempts)
                {
                    // A decision has its order already, or another node changed what was decided on. Nothing was written; look again.
                    _books.Forget();
                }
            }
        }
        catch
        {
            _books.Forget();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task<IReadOnlyList<Order>> ProcessAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken) =>
        ProcessAsync(decisions, seenBefore: false, cancellationToken);

    public void Dispose() => _turn.Dispose();

    private async Task<IReadOnlyList<Order>> DecideAndSaveAsync(IReadOnlyList<TradeDecision> decisions, bool seenBefore, bool byCommand, CancellationToken cancellationToken)
    {
        // An order that exists wins over whatever its decision says now; it is only announced again.
        var known = seenBefore ? await reader.OrdersOfAsync(decisions, cancellationToken) : [];
        await reader.LoadAsync(_books, decisions, cancellationToken);
        var controls = _books.Controls!;
        var orders = new List<Order>(decisions.Count);
        var fresh = new DecisionChanges();
        var made = new HashSet<Guid>();
        foreach (var decision in decisions)
        {
            if (!made.Add(decision.Id))
            {
                continue;
            }

            if (known.TryGetValue(decision.Id, out var saved))
            {
                orders.Add(saved);
                continue;
            }

            var ledger = _books.Find(decision.GroupId)!;
            var outcome = decider.Decide(decision, ledger, _books.Fences, controls, byCommand);
            fresh.Add(decision, ledger, outcome);
            orders.Add(outcome.Order);
        }

        if (fresh.Orders.Count > 0)
        {
            await SaveAsync(fresh, controls, cancellationToken);
        }

        return orders;
    }

    private async Task<IReadOnlyList<Order>> TriggerAndSaveAsync(IReadOnlyList<(ProtectionLeg Leg, PriceTick ReachedBy)> reached, CancellationToken cancellationToken)
    {
        await reader.LoadAsync(_books, [.. reached.Select(r => r.Leg.Closing(time.GetUtcNow()))], cancellationToken);
        var controls = _books.Controls!;
        var fresh = new DecisionChanges();
        foreach (var (leg, reachedBy) in reached)
        {
            var ledger = _books.Find(leg.GroupId)!;
            if (ledger.Protection.Find(leg.Id) is { } waiting && decider.Trigger(waiting, reachedBy, ledger, controls) is { } made)
            {
                fresh.Add(made.Decision, ledger, made.Outcome);
            }
        }

        if (fresh.Orders.Count > 0)
        {
            await SaveAsync(fresh, controls, cancellationToken);
        }

        return fresh.Orders;
    }

    private async Task<int> RestoreAndSaveAsync(IReadOnlyList<ProtectionPlan> plans, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await reader.LoadAsync(_books, [.. plans.Select(p => p.Closing(now))], cancellationToken);
        var fresh = new DecisionChanges();
        var count = 0;
        foreach (var plan in plans)
        {
            var ledger = _books.Find(plan.GroupId)!;
            if (ledger.Account.Id == plan.AccountId && ledger.Restore(plan, now))
            {
                fresh.Add(ledger);
                count++;
            }
        }

        if (count > 0)
        {
            await SaveAsync(fresh, _books.Controls!, cancellationToken);
        }

        return count;
    }

    private async Task SaveAsync(DecisionChanges fresh, ControlSet controls, CancellationToken cancellationToken)
    {
        await writer.WriteAsync(fresh, _books.Fences, controls, cancellationToken);
        var tripped = controls.Trips.Count > 0;
        fresh.Saved(_books.Fences, controls, time.GetUtcNow());
        if (fresh.HasVenueAccounts && fresh.Intents.Count > 0)
        {
            Handed?.Invoke(fresh.Intents);
        }

        if (tripped)
        {
            Tripped?.Invoke();
        }

        if (fresh.SavedLegs.Count > 0)
        {
            LegsChanged?.Invoke(fresh.SavedLegs);
        }
    }

    private async Task WaitForPricesAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        HashSet<string>? missing = null;
        var longest = options.PriceWait;
        var now = time.GetUtcNow();
        foreach (var decision in decisions)
        {
            if (decision.Action != TradeAction.NoTrade && !prices.IsFresh(decision.Symbol) && Left(decision, now) is var left && left > TimeSpan.Zero)
            {
                (missing ??= []).Add(decision.Symbol);
                longest = left < longest ? left : longest;
            }
        }

        if (missing is not null)
        {
            await prices.WaitForFreshAsync(missing, longest, cancellationToken);
        }
    }

    private TimeSpan Left(TradeDecision decision, DateTimeOffset now)
    {
        var left = decision.CreatedAt + options.MaxDecisionAge - now;
        return decision.ValidUntil is { } until && until - now < left ? until - now : left;
    }
}
