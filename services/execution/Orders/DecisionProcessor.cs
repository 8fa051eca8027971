using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Prices;
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

    /// <summary>The order of every decision, in their order: made now, or saved when the decision was first seen.</summary>
    /// <param name="seenBefore">True when some of them may have their order already, e.g. on a redelivery; only saves a failed attempt.</param>
    public async Task<IReadOnlyList<Order>> ProcessAsync(IReadOnlyList<TradeDecision> decisions, bool seenBefore, CancellationToken cancellationToken)
    {
        if (decisions.Count == 0)
        {
            return [];
        }

        // Before its turn: nothing is held while waiting.
        await WaitForPricesAsync(decisions, cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await DecideAndSaveAsync(decisions, seenBefore || attempt > 1, cancellationToken);
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

    private async Task<IReadOnlyList<Order>> DecideAndSaveAsync(IReadOnlyList<TradeDecision> decisions, bool seenBefore, CancellationToken cancellationToken)
    {
        // An order that exists wins over whatever its decision says now; it is only announced again.
        var known = seenBefore ? await reader.OrdersOfAsync(decisions, cancellationToken) : [];
        await reader.LoadAsync(_books, decisions, cancellationToken);
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
            var outcome = decider.Decide(decision, ledger, _books.Fences);
            fresh.Add(decision, ledger, outcome);
            orders.Add(outcome.Order);
        }

        if (fresh.Orders.Count > 0)
        {
            await writer.WriteAsync(fresh, _books.Fences, cancellationToken);
            fresh.Saved(_books.Fences, time.GetUtcNow());
        }

        return orders;
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
