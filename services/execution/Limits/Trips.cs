using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Limits;

/// <summary>A limit that an order for a venue met sets its group to reducing, as it does on a simulated account.</summary>
internal static class Trips
{
    public static Task ReduceAsync(ControlStore store, Guid groupId, RejectionReason why, CancellationToken cancellationToken) => store.ChangeAsync(
        async (db, now) =>
        {
            var row = await db.Controls.SingleOrDefaultAsync(c => c.ScopeId == groupId, cancellationToken);
            if (row is null)
            {
                row = new Control { ScopeId = groupId, Scope = ControlWords.Group, ChangedBy = ControlSet.LimitActor };
                db.Controls.Add(row);
            }

            // Somebody may have halted it meanwhile, which is stricter.
            if (ControlWords.State(row.State) != TradingState.Active)
            {
                return false;
            }

            var before = row.State;
            row.State = ControlWords.Of(TradingState.Reducing);
            (row.Reason, row.ChangedBy, row.ChangedAt) = (why.Message, ControlSet.LimitActor, now);
            row.Version++;
            db.ControlAudit.Add(new ControlAudit
            {
                Scope = ControlWords.Group,
                ScopeId = groupId,
                Action = "trip",
                Actor = ControlSet.LimitActor,
                Reason = why.Message,
                Before = before,
                After = row.State,
                CreatedAt = now,
            });
            return true;
        },
        cancellationToken);
}
