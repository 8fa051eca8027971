using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Diary.Storage;

/// <summary>
/// Writes bus messages' items; writing them again changes nothing. Nobody waits for the diary, so it waits a moment for more: messages
/// that come together share a transaction, which is one round trip, and their acknowledgements.
/// </summary>
public sealed class DiaryWriter(NpgsqlDataSource database, TimelineSignal signal, TimeProvider time) : IAsyncDisposable
{
    // Holding it from the first sequence value to the commit makes sequence order the order of commits,
    // so whoever follows the timeline by sequence never passes over an entry that commits late.
    private const string TimelineLock = "select pg_advisory_xact_lock(7264113908221)";

    // About 20 ms of work. More would not be cheaper by the row and keeps the timeline's readers waiting.
    private const int MostRows = 2048;

    // With this many rows waiting, more of them would not make each one cheaper.
    private const int Plenty = 512;

    // Long against the work of a commit, short against a person's eye.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Queue<Write> _waiting = new();
    private int _rows;
    private bool _working;

    // A connection of its own keeps the statements prepared.
    private NpgsqlConnection? _connection;

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

    public async ValueTask DisposeAsync() => await CloseAsync();

    private Task InsertAsync<T>(BulkInsert<T> insert, IReadOnlyList<T> items, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
        {
            return Task.CompletedTask;
        }

        var write = new Write<T>(insert, items);
        lock (_gate)
        {
            _waiting.Enqueue(write);
            _rows += write.Rows;
            if (!_working)
            {
                _working = true;
                using (ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(WorkAsync, CancellationToken.None);
                }
            }
        }

        return write.Done.Task.WaitAsync(cancellationToken);
    }

    private async Task WorkAsync()
    {
        var group = new List<Write>();
        do
        {
            group.Clear();
            if (Volatile.Read(ref _rows) < Plenty)
            {
                await Task.Delay(Gathering, time);
            }

            Take(group);
            await SaveAsync(group);
        }
        while (HasMore());
    }

    private void Take(List<Write> group)
    {
        lock (_gate)
        {
            var rows = 0;
            while (_waiting.TryPeek(out var next) && (rows == 0 || rows + next.Rows <= MostRows))
            {
                rows += next.Rows;
                group.Add(_waiting.Dequeue());
            }

            _rows -= rows;
        }
    }

    private bool HasMore()
    {
        lock (_gate)
        {
            return _working = _waiting.Count > 0;
        }
    }

    private async Task SaveAsync(List<Write> group)
    {
        try
        {
            await ExecuteAsync(group);
        }
        catch (Exception e) when (group.Count > 1 && !Outage.IsOutage(e))
        {
            // One of them is at fault; the others must not share its fate.
            foreach (var write in group)
            {
                await SaveAsync([write]);
            }

            return;
        }
        catch (Exception e)
        {
            group.ForEach(w => w.Done.TrySetException(e));
            return;
        }

        group.ForEach(w => w.Done.TrySetResult());
        signal.Pulse();
    }

    private async Task ExecuteAsync(List<Write> group)
    {
        try
        {
            _connection ??= await database.OpenConnectionAsync();
            await using var batch = new NpgsqlBatch(_connection);
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TimelineLock));
            foreach (var sameKind in group.GroupBy(w => w.Insert))
            {
                batch.BatchCommands.Add(sameKind.First().Command([.. sameKind]));
            }

            await batch.PrepareAsync();
            await batch.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is not PostgresException)
        {
            await CloseAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private abstract class Write
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The same for writes that one statement can do.</summary>
        public abstract object Insert { get; }

        public abstract int Rows { get; }

        public abstract NpgsqlBatchCommand Command(IReadOnlyList<Write> all);
    }

    private sealed class Write<T>(BulkInsert<T> insert, IReadOnlyList<T> items) : Write
    {
        public override object Insert => insert;

        public override int Rows => items.Count;

        public override NpgsqlBatchCommand Command(IReadOnlyList<Write> all) =>
            insert.Command(all.Count == 1 ? items : [.. all.SelectMany(w => ((Write<T>)w).Items)]);

        private IReadOnlyList<T> Items => items;
    }
}
