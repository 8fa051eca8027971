using Npgsql;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Diary.Storage;

/// <summary>Writes a bus message's items in one transaction of one round trip; writing them again changes nothing.</summary>
public sealed class DiaryWriter(NpgsqlDataSource database, TimelineSignal signal)
{
    // Holding it from the first sequence value to the commit makes sequence order the order of commits,
    // so whoever follows the timeline by sequence never passes over an entry that commits late.
    private const string TimelineLock = "select pg_advisory_xact_lock(7264113908221)";

    public Task WriteAsync(IReadOnlyList<ImmediateEvent> items, CancellationToken cancellationToken) => InsertAsync(Inserts.Events, items, cancellationToken);

    public Task WriteAsync(IReadOnlyList<TradeDecision> items, CancellationToken cancellationToken) => InsertAsync(Inserts.Decisions, items, cancellationToken);

    public Task WriteAsync(IReadOnlyList<DiscussionLog> items, CancellationToken cancellationToken) => InsertAsync(Inserts.Discussions, items, cancellationToken);

    public Task WriteAsync(IReadOnlyList<SystemLog> items, CancellationToken cancellationToken) => InsertAsync(Inserts.SystemLogs, items, cancellationToken);

    public Task WriteAsync(IReadOnlyList<OrderUpdate> items, CancellationToken cancellationToken) => InsertAsync(Inserts.OrderUpdates, items, cancellationToken);

    public Task WriteAsync(IReadOnlyList<EquitySnapshot> items, CancellationToken cancellationToken) => InsertAsync(Inserts.Equity, items, cancellationToken);

    public async Task WriteAsync(IReadOnlyList<GroupConfig> items, CancellationToken cancellationToken)
    {
        // One statement may update a row only once.
        var latest = items.GroupBy(g => g.Id).Select(versions => versions.MaxBy(g => g.Version)!).ToList();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Inserts.Groups.Command(latest));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task InsertAsync<T>(BulkInsert<T> insert, IReadOnlyList<T> items, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
        {
            return;
        }

        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TimelineLock));
        batch.BatchCommands.Add(insert.Command(items));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        signal.Pulse();
    }
}
