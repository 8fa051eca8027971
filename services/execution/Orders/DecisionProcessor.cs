using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Positions;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Risk;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Orders;

/// <summary>One message of decisions: decided in memory in their order, saved in one transaction, each decision at most once for ever.</summary>
public sealed class DecisionProcessor(
    IDbContextFactory<ExecutionDb> databases,
    DecisionCheck check,
    PriceBook prices,
    ExecutionOptions options,
    TimeProvider time)
{
    /// <summary>The order of every decision, in the message's order: made now, or saved when the message was first seen.</summary>
    public async Task<IReadOnlyList<Order>> ProcessAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        if (decisions.Count == 0)
        {
            return [];
        }

        await WaitForPricesAsync(decisions, cancellationToken);
        try
        {
            return await DecideAndSaveAsync(decisions, cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Another node saved one of them meanwhile; the second look finds its row.
            return await DecideAndSaveAsync(decisions, cancellationToken);
        }
    }

    private async Task WaitForPricesAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        // Before the transaction: nothing is locked while waiting.
        var now = time.GetUtcNow();
        var waiting = decisions.Where(d => d.Action != TradeAction.NoTrade && !prices.IsFresh(d.Symbol) && Left(d, now) > TimeSpan.Zero).ToList();
        if (waiting.Count > 0)
        {
            var longest = waiting.Min(d => Left(d, now));
            await prices.WaitForFreshAsync(waiting.Select(d => d.Symbol).ToHashSet(), longest < options.PriceWait ? longest : options.PriceWait, cancellationToken);
        }
    }

    private TimeSpan Left(TradeDecision decision, DateTimeOffset now)
    {
        var left = decision.CreatedAt + options.MaxDecisionAge - now;
        return decision.ValidUntil is { } until && until - now < left ? until - now : left;
    }

    private async Task<IReadOnlyList<Order>> DecideAndSaveAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var accounts = await LockAccountsAsync(db, decisions, cancellationToken);

        // After the lock: what a former active consumer was still committing is visible now.
        var decisionIds = decisions.Select(d => d.Id).Distinct().ToArray();
        var orders = await db.Orders.AsNoTracking().Where(o => decisionIds.Contains(o.DecisionId)).ToDictionaryAsync(o => o.DecisionId, cancellationToken);
        var fresh = decisions.Where(d => !orders.ContainsKey(d.Id)).ToList();
        if (fresh.Count > 0)
        {
            var ledgers = await LoadLedgersAsync(db, accounts, cancellationToken);
            foreach (var decision in fresh)
            {
                if (!orders.ContainsKey(decision.Id))
                {
                    orders[decision.Id] = Decide(db, decision, ledgers[decision.GroupId]);
                }
            }

            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        foreach (var decision in fresh)
        {
            ExecutionTelemetry.Decided(orders[decision.Id], decision, time.GetUtcNow());
        }

        return [.. decisionIds.Select(id => orders[id])];
    }

    private async Task<Dictionary<Guid, Account>> LockAccountsAsync(ExecutionDb db, IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        var groupIds = decisions.Select(d => d.GroupId).Distinct().ToArray();
        var bound = await BindingsAsync(db, groupIds, cancellationToken);
        var unknown = decisions.Where(d => !bound.ContainsKey(d.GroupId)).Select(d => (d.GroupId, d.GroupName, 0L)).ToList();
        if (unknown.Count > 0)
        {
            await SimulatedAccounts.EnsureAsync(db, unknown, options.InitialBalance, Now(), cancellationToken);
            bound = await BindingsAsync(db, groupIds, cancellationToken);
        }

        // Locked in the order of ids, so that two nodes never wait for each other.
        var accountIds = bound.Values.Distinct().ToArray();
        var accounts = await db.Accounts
            .FromSql($"select * from execution.accounts where id = any({accountIds}) order by id for update")
            .ToListAsync(cancellationToken);
        return bound.ToDictionary(b => b.Key, b => accounts.Single(a => a.Id == b.Value));
    }

    private static Task<Dictionary<Guid, Guid>> BindingsAsync(ExecutionDb db, Guid[] groupIds, CancellationToken cancellationToken) =>
        db.Bindings.Where(b => groupIds.Contains(b.GroupId)).ToDictionaryAsync(b => b.GroupId, b => b.AccountId, cancellationToken);

    private static async Task<Dictionary<Guid, Ledger>> LoadLedgersAsync(ExecutionDb db, Dictionary<Guid, Account> accounts, CancellationToken cancellationToken)
    {
        var accountIds = accounts.Values.Select(a => a.Id).Distinct().ToArray();
        var positions = (await db.Positions.Where(p => accountIds.Contains(p.AccountId)).ToListAsync(cancellationToken)).ToLookup(p => p.AccountId);
        return accounts.ToDictionary(a => a.Key, a => new Ledger(a.Value, [.. positions[a.Value.Id]]));
    }

    private Order Decide(ExecutionDb db, TradeDecision decision, Ledger ledger)
    {
        using var activity = ExecutionTelemetry.Source.StartActivity("execute decision", System.Diagnostics.ActivityKind.Consumer, decision.TraceParent);
        activity?.SetTag("decision.id", decision.Id);
        var now = Now();
        var tick = prices.Find(decision.Symbol);
        var verdict = check.Check(decision, ledger.State(decision.GroupId, prices), tick, now);
        var (realized, flattened) = (0m, false);
        if (verdict.Fill is { } fill)
        {
            (realized, flattened) = ledger.Book(db, decision, fill, now);
        }

        var order = OrderBuilder.Build(decision, ledger.Account, verdict, tick?.Price, realized, flattened, now, activity?.Id ?? decision.TraceParent);
        activity?.SetTag("order.status", order.Status);
        db.Orders.Add(order);
        if (verdict.Fill is { } booked)
        {
            db.Fills.Add(new Fill
            {
                Id = OrderIds.Fill(order.Id),
                OrderId = order.Id,
                DecisionId = order.DecisionId,
                AccountId = order.AccountId,
                GroupId = order.GroupId,
                Symbol = order.Symbol,
                Side = order.Side!,
                Qty = booked.Qty,
                Price = booked.Price,
                Fee = booked.Fee,
                RealizedPnl = realized,
                CreatedAt = now,
            });
        }

        return order;
    }

    /// <summary>To the microsecond, as the table keeps it: a rebuilt update has the same instant.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
