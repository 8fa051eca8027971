using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>
/// Takes back what rests, whatever is held back: the wish is saved in the tables and the desk that owns the account acts on it. A decision
/// that was not seen yet is remembered, and every write of decisions looks whether one of its own is.
/// </summary>
/// <param name="wake">Has an account's desk look at the tables, if it is here.</param>
/// <param name="told">Something is to be announced.</param>
public sealed class OrderCancels(IDbContextFactory<ExecutionDb> databases, Action<Guid> wake, Action told, ExecutionOptions options, TimeProvider time)
{
    // Beyond the age at which a decision is refused by itself, for clocks that differ and decisions that are sent again.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>What a group asks for. Returns when it is saved. Delivered again, it changes nothing and tells nothing more.</summary>
    public Task<OrderCancel> ApplyAsync(GroupSteering steering, CancellationToken cancellationToken) => ApplyAsync(steering, byPerson: false, cancellationToken);

    /// <param name="byPerson">A person asks, who may also take back closing orders of a person's command; a group may not.</param>
    public async Task<OrderCancel> ApplyAsync(GroupSteering steering, bool byPerson, CancellationToken cancellationToken)
    {
        if (steering.Cancel is not { } asked)
        {
            throw new ArgumentException("The steering cancels nothing.", nameof(steering));
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.OrderCancels.AsNoTracking().SingleOrDefaultAsync(c => c.Id == steering.Id, cancellationToken) is { } known)
        {
            return known;
        }

        if (await SupersededAsync(db, steering, cancellationToken) is { } superseded)
        {
            return await EndAsync(db, OrderCancel.Of(steering, CancelOutcomes.Refused), superseded, null, cancellationToken);
        }

        if (asked.DecisionId is not { } key)
        {
            await RememberAllAsync(db, steering, cancellationToken);
            return await TakeBackAsync(db, steering, null, byPerson, cancellationToken);
        }

        var decisions = OrderCancel.DecisionsOf(steering.GroupId, key);
        return await IsKnownAsync(db, steering.GroupId, decisions, cancellationToken) || await RememberAsync(db, steering, decisions, cancellationToken) is not { } remembered
            ? await TakeBackAsync(db, steering, decisions, byPerson, cancellationToken)
            : remembered;
    }

    private static Task<bool> IsKnownAsync(ExecutionDb db, Guid group, Guid[] decisions, CancellationToken cancellationToken) =>
        db.Orders.AnyAsync(o => decisions.Contains(o.DecisionId) && o.GroupId == group, cancellationToken);

    /// <summary>
    /// A session that was superseded may not take back what its successor ordered. The fence itself is raised by decisions alone, whose order it
    /// keeps.
    /// </summary>
    private static async Task<RejectionReason?> SupersededAsync(ExecutionDb db, GroupSteering steering, CancellationToken cancellationToken)
    {
        if (steering.TokenId is not { } token)
        {
            return null;
        }

        var seen = await db.Fences.AsNoTracking().Where(f => f.TokenId == token).Select(f => (long?)f.Epoch).SingleOrDefaultAsync(cancellationToken);
        return seen > steering.Epoch ? Rejections.StaleSession(seen.Value, steering.Epoch) : null;
    }

    /// <summary>Null when its order was saved meanwhile.</summary>
    private async Task<OrderCancel?> RememberAsync(ExecutionDb db, GroupSteering steering, Guid[] decisions, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AloneAsync(db, cancellationToken);
        if (await IsKnownAsync(db, steering.GroupId, decisions, cancellationToken))
        {
            return null;
        }

        var until = Now() + options.MaxDecisionAge + Margin;
        foreach (var decision in decisions)
        {
            await RememberAsync(db, steering, decision, until, cancellationToken);
        }

        var cancel = OrderCancel.Of(steering, CancelOutcomes.Remembered, rememberedUntil: until);
        db.OrderCancels.Add(cancel);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return cancel;
    }

    private async Task RememberAllAsync(ExecutionDb db, GroupSteering steering, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AloneAsync(db, cancellationToken);
        await RememberAsync(db, steering, Guid.Empty, Now() + options.MaxDecisionAge + Margin, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Waits for every write of decisions that has begun, whose orders are then seen, and holds up those that begin, which then find what is
    /// remembered. Held for as long as one row takes.
    /// </summary>
    private static Task<int> AloneAsync(ExecutionDb db, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({ControlStore.LockKey})", cancellationToken);

    private static Task<int> RememberAsync(ExecutionDb db, GroupSteering steering, Guid decision, DateTimeOffset until, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync(
            $"""
            insert into execution.remembered_cancels as r (group_id, decision_id, accepted_until, until) values ({steering.GroupId}, {decision}, {ControlStore.Micros(steering.CreatedAt)}, {until})
            on conflict (group_id, decision_id) do update set accepted_until = greatest(r.accepted_until, excluded.accepted_until), until = greatest(r.until, excluded.until)
            """,
            cancellationToken);

    /// <param name="decisions">Null for all that were accepted before.</param>
    private async Task<OrderCancel> TakeBackAsync(ExecutionDb db, GroupSteering steering, Guid[]? decisions, bool byPerson, CancellationToken cancellationToken)
    {
        var (group, now) = (steering.GroupId, Now());
        var open = await db.DeskOrders.AsNoTracking()
            .Where(o => o.GroupId == group && o.Leg == DeskLegs.Entry)
            .Where(DeskStates.AreOpen)
            .Where(o => (decisions == null || decisions.Contains(o.DecisionId)) && (byPerson || !o.ByCommand))
            // "All" is what rests: a group's way out at the market is taken back only by its own id, or by a person.
            .Where(o => decisions != null || byPerson || !o.Closes || o.Type == DeskTypes.Limit)
            .Select(o => new { o.ClientId, o.AccountId, o.Decision }).ToListAsync(cancellationToken);
        var exits = await db.WaitingExits.AsNoTracking()
            .Where(e => e.GroupId == group && e.SettledAt == null)
            .Where(e => decisions == null ? byPerson : decisions.Contains(e.DecisionId) && (byPerson || !e.ByCommand))
            .OrderBy(e => e.Seq).ToListAsync(cancellationToken);
        if (decisions is null)
        {
            // What was accepted after it is not meant, however the two messages came.
            open.RemoveAll(o => o.Decision is { } decision && DeskJson.ReadDecision(decision).CreatedAt > steering.CreatedAt);
            exits.RemoveAll(e => e.Read().CreatedAt > steering.CreatedAt);
        }

        var ids = open.ConvertAll(o => o.ClientId).ToArray();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var ended = await db.EndWaitingAsync(exits, now, cancellationToken);
        var wanted = ids.Length == 0 ? 0 : await db.DeskOrders
            .Where(o => ids.Contains(o.ClientId))
            .Where(DeskStates.AreOpen)
            .ExecuteUpdateAsync(s => s.SetProperty(o => o.CancelRequestedAt, o => o.CancelRequestedAt ?? now), cancellationToken);
        if (wanted + ended == 0)
        {
            var order = decisions is null
                ? null
                : await db.Orders
                    .AsNoTracking().Where(o => decisions.Contains(o.DecisionId) && o.GroupId == group).Select(o => new { o.Status, o.Symbol })
                    .FirstOrDefaultAsync(cancellationToken);
            var nothing = await EndAsync(
                db, OrderCancel.Of(steering, CancelOutcomes.Nothing),
                CancelReasons.Nothing(StoredText.Of(steering.Cancel!.DecisionId), order?.Status), order?.Symbol, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            told();
            return nothing;
        }

        var cancel = OrderCancel.Of(steering, CancelOutcomes.Requested, wanted + ended);
        db.OrderCancels.Add(cancel);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var account in open.Select(o => o.AccountId).Distinct())
        {
            wake(account);
        }

        if (ended > 0)
        {
            told();
        }

        return cancel;
    }

    private async Task<OrderCancel> EndAsync(ExecutionDb db, OrderCancel cancel, RejectionReason reason, string? symbol, CancellationToken cancellationToken)
    {
        db.OrderCancels.Add(cancel);
        await db.TellAsync(cancel, reason, symbol, Now(), cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        told();
        return cancel;
    }

    private DateTimeOffset Now() => ControlStore.Micros(time.GetUtcNow());
}
