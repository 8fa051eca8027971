using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>Keeps what the trigger service tells of blackouts that hold entries. What comes twice, or late, changes nothing.</summary>
public sealed class EntryHolding(IDbContextFactory<ExecutionDb> databases, ControlStore store)
{
    private const int TheRow = 1;

    public async Task KeepAsync(EntryHolds told, CancellationToken cancellationToken)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            // It is told again and again, and each change of controls has all that is decided look anew.
            if (await db.EntryHolds.AnyAsync(h => h.Revision >= told.Revision, cancellationToken))
            {
                return;
            }
        }

        await store.ChangeAsync(
            async (db, now) =>
            {
                var row = await db.EntryHolds.SingleOrDefaultAsync(cancellationToken);
                if (row?.Revision >= told.Revision)
                {
                    return false;
                }

                var (before, items) = (row?.Items ?? HeldEntries.Nothing, StoredText.Of(HeldEntries.Write(told.Items))!);
                if (row is null)
                {
                    row = new() { Id = TheRow, Items = items, ChangedBy = told.ChangedBy };
                    db.EntryHolds.Add(row);
                }

                (row.Revision, row.Items, row.ChangedBy, row.ChangedAt, row.KeptAt) = (told.Revision, items, told.ChangedBy, told.ChangedAt, now);
                if (before != items)
                {
                    db.ControlAudit.Add(new()
                    {
                        Scope = ControlWords.System,
                        Action = "blackouts",
                        Actor = ActorsOf(told, before),
                        Before = before,
                        After = items,
                        CreatedAt = now,
                    });
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>Several changes may be told as one: whoever made what is new, and, where something is no longer there, the last.</summary>
    private static string ActorsOf(EntryHolds told, string before)
    {
        var known = HeldEntries.Of(before).Items.Select(i => (i.Hold.Id, i.Hold.Version)).ToHashSet();
        var made = told.Items.Where(i => !known.Contains((i.Id, i.Version))).Select(i => i.ChangedBy);
        var isLess = known.Any(k => told.Items.All(i => i.Id != k.Id));
        return StoredText.Of(string.Join(", ", (isLess ? made.Append(told.ChangedBy) : made).DefaultIfEmpty(told.ChangedBy).Distinct()))!;
    }
}

public sealed class EntryHoldsConsumer(EntryHolding holding) : IConsumer<EntryHoldLists>
{
    public Task Consume(ConsumeContext<EntryHoldLists> context) =>
        context.Message.Items.MaxBy(i => i.Revision) is { } newest ? holding.KeepAsync(newest, context.CancellationToken) : Task.CompletedTask;
}
