using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>The system (empty id), an account or a group.</summary>
public readonly record struct ControlScope(string Scope, Guid Id)
{
    public static readonly ControlScope System = new(ControlWords.System, Guid.Empty);
}

/// <summary>Who does something, and why.</summary>
public sealed record ControlOrder(ControlScope Scope, string Actor, string? Reason);

/// <summary>What can be done to a scope; each is one transaction with its audit row.</summary>
public sealed class ControlChanges(ControlStore store, TimeProvider time)
{
    // The one who asked is at it; should it die, another takes over.
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(15);

    public Task<Control> SetStateAsync(ControlOrder order, TradingState state, CancellationToken cancellationToken) =>
        store.ChangeAsync((db, now) => ChangeAsync(db, order, "state", c => c.State, c => c.State = ControlWords.Of(state), now, cancellationToken), cancellationToken);

    public Task<Control> PauseAsync(ControlOrder order, CancellationToken cancellationToken) =>
        store.ChangeAsync((db, now) => ChangeAsync(db, order, "pause", c => c.Mode, Strictest(TradingMode.Paused), now, cancellationToken), cancellationToken);

    /// <summary>Ends pause and stop. What was halted or set to reducing stays so.</summary>
    public Task<Control> ResumeAsync(ControlOrder order, CancellationToken cancellationToken) =>
        store.ChangeAsync(
            (db, now) => ChangeAsync(db, order, "resume", c => c.Mode, c => c.Mode = ControlWords.Of(TradingMode.Running), now, cancellationToken),
            cancellationToken);

    /// <summary>Pauses, fences, and leaves the rest to the command.</summary>
    public Task<ControlCommand> StopAsync(ControlOrder order, CancellationToken cancellationToken)
    {
        var asked = Asked();
        return store.ChangeAsync(
            async (db, now) =>
            {
                await ChangeAsync(db, order, "stop", c => c.Mode, c => (c.Mode, c.FencedAt) = (ControlWords.Of(TradingMode.Stopped), now), now, cancellationToken);
                return Add(db, new ControlCommand
                {
                    Id = Guid.CreateVersion7(asked),
                    Kind = CommandKinds.Stop,
                    Scope = order.Scope.Scope,
                    ScopeId = order.Scope.Id,
                    Reason = order.Reason,
                    RequestedBy = order.Actor,
                    RequestedAt = asked,
                    Fences = true,
                    Cancels = true,
                    HeldSince = now,
                    ClaimedUntil = now + Claim,
                });
            },
            cancellationToken);
    }

    /// <summary>Halts, fences, and leaves the rest to the command.</summary>
    public Task<ControlCommand> KillAsync(ControlOrder order, bool flatten, CancellationToken cancellationToken)
    {
        var asked = Asked();
        return store.ChangeAsync(
            async (db, now) =>
            {
                await ChangeAsync(db, order, "kill", c => c.State, c => (c.State, c.FencedAt) = (ControlWords.Of(TradingState.Halted), now), now, cancellationToken);
                return Add(db, new ControlCommand
                {
                    Id = Guid.CreateVersion7(asked),
                    Kind = CommandKinds.Kill,
                    Scope = order.Scope.Scope,
                    ScopeId = order.Scope.Id,
                    Reason = order.Reason,
                    RequestedBy = order.Actor,
                    RequestedAt = asked,
                    Fences = true,
                    Cancels = true,
                    Flattens = flatten,
                    HeldSince = now,
                    ClaimedUntil = now + Claim,
                });
            },
            cancellationToken);
    }

    /// <summary>Holds nothing back: bots may trade on.</summary>
    public Task<ControlCommand> CloseAllAsync(ControlOrder order, CancellationToken cancellationToken)
    {
        var asked = Asked();
        return store.ChangeAsync(
            (db, now) =>
            {
                Audit(db, order, "close_all", null, null, now);
                return Task.FromResult(Add(db, new ControlCommand
                {
                    Id = Guid.CreateVersion7(asked),
                    Kind = CommandKinds.CloseAll,
                    Scope = order.Scope.Scope,
                    ScopeId = order.Scope.Id,
                    Reason = order.Reason,
                    RequestedBy = order.Actor,
                    RequestedAt = asked,
                    Flattens = true,
                    ClaimedUntil = now + Claim,
                }));
            },
            cancellationToken);
    }

    /// <summary>
    /// Fires a group's switch if its bot is still silent for long enough; null if it came back or another node was first.
    /// </summary>
    public Task<ControlCommand?> FireAsync(DeadMan due, CancellationToken cancellationToken) =>
        store.ChangeAsync(
            async (db, now) =>
            {
                var held = await db.DeadMen.SingleOrDefaultAsync(d => d.GroupId == due.GroupId, cancellationToken);
                if (held is not { FiredAt: null, SilentSince: { } silent } || held.Action == DeadManActions.None || now - silent < held.After)
                {
                    return null;
                }

                held.FiredAt = now;
                var order = new ControlOrder(new(ControlWords.Group, held.GroupId), DeadMan.Actor, $"silent since {silent.UtcDateTime:O}, {held.Action} after {held.AfterS} s");
                await ChangeAsync(db, order, "dead_man", c => c.Mode, Strictest(TradingMode.Paused), now, cancellationToken);
                return Add(db, new ControlCommand
                {
                    Id = Guid.CreateVersion7(now),
                    Kind = CommandKinds.DeadMan,
                    Scope = ControlWords.Group,
                    ScopeId = held.GroupId,
                    Reason = order.Reason,
                    RequestedBy = DeadMan.Actor,
                    RequestedAt = now,
                    HeldSince = now,
                    ClaimedUntil = now + Claim,
                    Cancels = held.Action is DeadManActions.Cancel or DeadManActions.Flatten,
                    Flattens = held.Action == DeadManActions.Flatten,
                });
            },
            cancellationToken);

    /// <summary>Null when they are at another version than <paramref name="expected"/>.</summary>
    public Task<Control?> SetLimitsAsync(ControlOrder order, RiskLimits limits, long? expected, CancellationToken cancellationToken) =>
        store.ChangeAsync(
            async (db, now) =>
            {
                var row = await RowAsync(db, order, now, cancellationToken);
                if (expected is { } version && version != row.LimitsVersion)
                {
                    db.ChangeTracker.Clear();
                    return null;
                }

                var before = row.Limits;
                row.Limits = RiskLimitsJson.Write(limits);
                row.LimitsVersion++;
                row.Version++;
                Audit(db, order, "limits", before, row.Limits, now);
                return row;
            },
            cancellationToken);

    private static Action<Control> Strictest(TradingMode mode) => c => c.Mode = ControlWords.Of(ControlWords.Mode(c.Mode) > mode ? ControlWords.Mode(c.Mode) : mode);

    private static async Task<Control> ChangeAsync(
        ExecutionDb db, ControlOrder order, string action, Func<Control, string> word, Action<Control> change, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var row = await RowAsync(db, order, now, cancellationToken);
        var before = word(row);
        change(row);
        (row.Reason, row.ChangedBy, row.ChangedAt) = (order.Reason, order.Actor, now);
        row.Version++;
        Audit(db, order, action, before, word(row), now);
        return row;
    }

    private static async Task<Control> RowAsync(ExecutionDb db, ControlOrder order, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await db.Controls.SingleOrDefaultAsync(c => c.ScopeId == order.Scope.Id, cancellationToken);
        if (row is null)
        {
            row = new Control { ScopeId = order.Scope.Id, Scope = order.Scope.Scope, ChangedBy = order.Actor, ChangedAt = now };
            db.Controls.Add(row);
        }

        return row;
    }

    private static void Audit(ExecutionDb db, ControlOrder order, string action, string? before, string? after, DateTimeOffset now) =>
        db.ControlAudit.Add(new ControlAudit
        {
            Scope = order.Scope.Scope,
            ScopeId = order.Scope.Id,
            Action = action,
            Actor = order.Actor,
            Reason = order.Reason,
            Before = before,
            After = after,
            CreatedAt = now,
        });

    private static ControlCommand Add(ExecutionDb db, ControlCommand command)
    {
        db.ControlCommands.Add(command);
        return command;
    }

    private DateTimeOffset Asked() => ControlStore.Micros(time.GetUtcNow());
}

/// <summary>Which groups a scope stands for.</summary>
public static class ControlScopes
{
    public static IQueryable<Binding> Groups(this ExecutionDb db, string scope, Guid id) => scope switch
    {
        ControlWords.System => db.Bindings,
        ControlWords.Account => db.Bindings.Where(b => b.AccountId == id),
        _ => db.Bindings.Where(b => b.GroupId == id),
    };

    public static async Task<bool> ExistsAsync(this ExecutionDb db, ControlScope scope, CancellationToken cancellationToken) => scope.Scope switch
    {
        ControlWords.System => true,
        ControlWords.Account => await db.Accounts.AnyAsync(a => a.Id == scope.Id, cancellationToken),
        _ => await db.Bindings.AnyAsync(b => b.GroupId == scope.Id, cancellationToken),
    };
}
