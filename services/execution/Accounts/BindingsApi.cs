using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Which account trades for a group. A group has one; it is changed, never taken away.</summary>
internal static class BindingsApi
{
    public static void MapBindings(this RouteGroupBuilder accounts) =>
        accounts.MapPut("/{id:guid}/groups/{groupId:guid}", BindAsync).RequireRole(Roles.Admin).Operation("bindGroup", "Has the account trade for the group from now on");

    private static async Task<Results<Ok<AccountView>, RestError, NotFoundError, ConflictError>> BindAsync(
        HttpContext http, AccountWork work, AccountReader reader, Guid id, Guid groupId, CancellationToken cancellationToken)
    {
        var refused = await work.RunAsync("", (db, now) => RebindAsync(db, id, groupId, http.User.Actor(), now, cancellationToken), cancellationToken);
        return refused is not null ? refused
            : await reader.ViewAsync(id, cancellationToken) is { } view ? TypedResults.Ok(view)
            : RestError.NotFound(id);
    }

    /// <summary>
    /// Both accounts are locked and count up: a decision that was made on the old account and is not saved yet is made again on the new
    /// one, and one that was saved before has left its position or order for us to see.
    /// </summary>
    private static async Task<RestError?> RebindAsync(ExecutionDb db, Guid id, Guid groupId, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await db.Bindings.AsNoTracking().SingleOrDefaultAsync(b => b.GroupId == groupId, cancellationToken) is not { } before)
            {
                return RestError.NotFound(groupId, "group_id");
            }

            var locked = await db.LockAsync([.. new[] { before.AccountId, id }.Distinct()], cancellationToken);
            if (locked.Find(a => a.Id == id) is not { } to)
            {
                return RestError.NotFound(id);
            }

            // Whoever moves the group holds the account that it is on; another may have been first.
            var binding = await db.Bindings.SingleAsync(b => b.GroupId == groupId, cancellationToken);
            if (binding.AccountId != before.AccountId)
            {
                db.ChangeTracker.Clear();
                continue;
            }

            return binding.AccountId == id ? null : await MoveAsync(db, binding, locked.Find(a => a.Id == before.AccountId)!, to, actor, now, cancellationToken);
        }
    }

    private static async Task<RestError?> MoveAsync(
        ExecutionDb db, Binding binding, Account from, Account to, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (to.Mode == Modes.Live && to.LiveConfirmation != LiveConfirmations.Confirmed)
        {
            return RestError.Conflict("live_confirmation", "confirmed before a group trades on it", to.LiveConfirmation, RestCodes.LiveNotConfirmed);
        }

        if (await db.OpenPositionAsync(from.Id, binding.GroupId, cancellationToken) is { } symbol)
        {
            return RestError.Conflict("group_id", $"without an open position on {from.Name}", symbol, RestCodes.GroupHasPosition);
        }

        if (await db.UnfinishedOrderAsync(from.Id, binding.GroupId, cancellationToken) is { } order)
        {
            return RestError.Conflict("group_id", $"without an unfinished order on {from.Name}", order.ToString(), RestCodes.GroupHasOrder);
        }

        binding.AccountId = to.Id;
        binding.BoundAt = now;
        from.Changed(now);
        to.Changed(now);
        db.Audit(from, AuditActions.GroupReleased, actor, now, $"group {binding.GroupName} ({binding.GroupId}) to {to.Name} ({to.Id})");
        db.Audit(to, AuditActions.GroupBound, actor, now, $"group {binding.GroupName} ({binding.GroupId}) from {from.Name} ({from.Id})");
        return null;
    }
}
