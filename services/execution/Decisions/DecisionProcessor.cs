using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// Decisions that were delivered together: decided in memory in their order and saved in one transaction of one round trip, each
/// decision at most once for ever. What was decided counts only once it is saved; if that fails, the books are forgotten with it.
/// </summary>
public sealed class DecisionProcessor(
    BookReader reader,
    DecisionWriter writer,
    Decider decider,
    PriceBook prices,
    DecisionListeners listeners,
    ExecutionOptions options,
    TimeProvider time) : IDisposable
{
    private const int Attempts = 5;

    private readonly Books _books = new();
    private readonly SemaphoreSlim _turn = new(1);

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

    /// <summary>Ends those of the exits that can be by now; the others wait on.</summary>
    /// <param name="afresh">Go by the tables alone, e.g. because a control was changed that nobody has met yet.</param>
    public Task<IReadOnlyList<Order>> SettleAsync(IReadOnlyList<WaitingExit> exits, bool afresh, CancellationToken cancellationToken) =>
        InTurnAsync(
            async _ =>
            {
                var decisions = exits.Select(e => e.Read()).ToList();
                if (afresh || decisions.Exists(d => _books.Find(d.GroupId) is { } ledger && !ledger.Exits.IsAhead(d)))
                {
                    // Another node accepted it, or settled it.
                    _books.Forget();
                }

                await reader.LoadAsync(_books, decisions, cancellationToken);
                var ids = exits.Select(e => e.DecisionId).ToHashSet();
                return await SettleAndSaveAsync([.. decisions.Select(d => _books.Find(d.GroupId)!).Distinct()], e => ids.Contains(e.DecisionId), cancellationToken);
            },
            cancellationToken);

    /// <summary>
    /// What became of a wish to move protection, the same for the same id for ever. On an account that fills at once it is done or refused; at
    /// a venue it may wait for the account's desk. It is not held up by a missing price for longer than a decision is.
    /// </summary>
    public async Task<ProtectionMove> MoveAsync(GroupSteering steering, CancellationToken cancellationToken)
    {
        var standIn = ProtectionMove.StandIn(steering);
        if (await InTurnAsync(_ => MoveAndSaveAsync(steering, standIn, mayWait: true, cancellationToken), cancellationToken) is { } done)
        {
            return done;
        }

        // Out of its turn: nothing is held while waiting. Unlike an exit it cannot do without a price.
        await WaitForPricesAsync([standIn with { Action = TradeAction.Long }], cancellationToken);
        return (await InTurnAsync(_ => MoveAndSaveAsync(steering, standIn, mayWait: false, cancellationToken), cancellationToken))!;
    }

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
        // A group's cancel is not meant for what a person closes, whatever id it names.
        var takenBack = seenBefore && !byCommand ? await reader.TakenBackAsync(decisions, cancellationToken) : [];
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
            if (ledger.Exits.IsAhead(decision) && prices.IsPriced(decision.Symbol))
            {
                // There is a price now: what waited for it goes first.
                if (fresh.Orders.Count > 0)
                {
                    await SaveAsync(fresh, controls, cancellationToken);
                    fresh = new DecisionChanges();
                }

                await SettleAndSaveAsync([ledger], e => e.GroupId == decision.GroupId && e.Symbol == decision.Symbol, cancellationToken);
            }

            var outcome = takenBack.Contains(decision.Id)
                ? decider.TakeBack(decision, ledger, _books.Fences, byCommand)
                : decider.Decide(decision, ledger, _books.Fences, controls, byCommand);
            fresh.Add(decision, ledger, outcome, mayBeTakenBack: !byCommand);
            orders.Add(outcome.Order);
        }

        if (fresh.Orders.Count > 0)
        {
            await SaveAsync(fresh, controls, cancellationToken);
        }

        return orders;
    }

    private async Task<IReadOnlyList<Order>> SettleAndSaveAsync(IReadOnlyList<Ledger> ledgers, Func<WaitingExit, bool> which, CancellationToken cancellationToken)
    {
        var controls = _books.Controls!;
        var fresh = new DecisionChanges();
        foreach (var ledger in ledgers)
        {
            foreach (var exit in ledger.Exits.Waiting.Where(which).ToList())
            {
                if (decider.Settle(exit, ledger, controls) is { } outcome)
                {
                    fresh.Settle(exit.Read(), ledger, outcome);
                }
            }
        }

        if (fresh.Settled.Count > 0)
        {
            await SaveAsync(fresh, controls, cancellationToken);
            listeners.Tell(l => l.ExitsSettled(fresh.Settled));
        }

        return fresh.Settled;
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
                fresh.Add(made.Decision, ledger, made.Outcome, mayBeTakenBack: false);
            }
        }

        if (fresh.Orders.Count > 0)
        {
            await SaveAsync(fresh, controls, cancellationToken);
        }

        return fresh.Orders;
    }

    private async Task<ProtectionMove?> MoveAndSaveAsync(GroupSteering steering, TradeDecision standIn, bool mayWait, CancellationToken cancellationToken)
    {
        if (await reader.MoveAsync(steering.Id, cancellationToken) is { } known)
        {
            return known;
        }

        await reader.LoadAsync(_books, [standIn], cancellationToken);
        var ledger = _books.Find(steering.GroupId)!;
        var past = await reader.PastAsync(steering, ledger, cancellationToken);
        if (decider.Move(steering, ledger, _books.Fences, _books.Controls!, past, mayWait) is not { } move)
        {
            return null;
        }

        var fresh = new DecisionChanges();
        fresh.Add(steering, ledger, move);
        await SaveAsync(fresh, _books.Controls!, cancellationToken);
        return move;
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
        var waits = fresh.Ledgers.Any(l => l.Exits.New.Count > 0);
        fresh.Saved(_books.Fences, controls, time.GetUtcNow());
        if (fresh.HasVenueAccounts && fresh.Intents.Count > 0)
        {
            listeners.Tell(l => l.Handed(fresh.Intents));
        }

        if (waits)
        {
            listeners.Tell(l => l.ExitsWait());
        }

        if (tripped)
        {
            listeners.Tell(l => l.Tripped());
        }

        if (fresh.SavedLegs.Count > 0)
        {
            listeners.Tell(l => l.LegsChanged(fresh.SavedLegs));
        }
    }

    private async Task WaitForPricesAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        HashSet<string>? missing = null;
        var longest = TimeSpan.MaxValue;
        var now = time.GetUtcNow();
        foreach (var decision in decisions)
        {
            // An exit needs none: at a venue it goes out without, and here it waits by itself and holds nobody up.
            if (decision.Action is TradeAction.Long or TradeAction.Short && !prices.IsPriced(decision.Symbol) && Left(decision, now) is var left && left > TimeSpan.Zero)
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
