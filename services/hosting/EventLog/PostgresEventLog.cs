using Microsoft.Extensions.Logging;
using Npgsql;
using TradingSystem.Hosting.Outages;
using TradingSystem.Hosting.Serialization;

namespace TradingSystem.Hosting.EventLog;

/// <summary>Where the writer of the table hands over what it has just committed.</summary>
public sealed class LogTail
{
    private readonly Lock _gate = new();
    private Action<LogEntry>? _follower;

    internal void Committed(LogEntry entry)
    {
        lock (_gate)
        {
            _follower?.Invoke(entry);
        }
    }

    /// <summary>From here on every commit is handed to <paramref name="follower"/>, on the committing thread.</summary>
    internal void Attach(Action<LogEntry>? follower)
    {
        lock (_gate)
        {
            _follower = follower;
        }
    }

    /// <summary>Runs <paramref name="step"/> between two commits.</summary>
    internal void Between(Action step)
    {
        lock (_gate)
        {
            step();
        }
    }
}

/// <summary>Reads the table once, then follows the commits of this process, the only one that writes it.</summary>
public sealed class PostgresEventLog(NpgsqlDataSource database, LogTail tail, LoggedKinds kinds, BusTypes types, TimeProvider time, ILogger<PostgresEventLog> logger) : IEventLog
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly HashSet<Type> _types = [.. kinds.MessageTypes];
    private readonly Dictionary<string, Type> _byName = kinds.MessageTypes.ToDictionary(t => t.Name);

    // The table belongs to the durable store, which prepares it.
    public Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task FollowAsync(LogFollower follower, CancellationToken cancellationToken)
    {
        var waiting = new Queue<LogEntry>();
        tail.Attach(entry =>
        {
            if (_types.Contains(entry.Message.GetType()))
            {
                waiting.Enqueue(entry);
            }
        });
        try
        {
            var last = await ReadTableAsync(follower, cancellationToken);
            tail.Between(() =>
            {
                void Append(LogEntry entry)
                {
                    if (entry.Position > last && _types.Contains(entry.Message.GetType()))
                    {
                        follower.Append(entry);
                    }
                }

                while (waiting.TryDequeue(out var entry))
                {
                    Append(entry);
                }

                follower.CaughtUp();
                tail.Attach(Append);
            });
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            tail.Attach(null);
        }
    }

    private async Task<long> ReadTableAsync(LogFollower follower, CancellationToken cancellationToken)
    {
        long last = -1;
        while (true)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                if (last < 0)
                {
                    follower.Begins(await FirstAsync(connection, cancellationToken));
                    last = 0;
                }

                await using var command = new NpgsqlCommand(
                    "select position, kind, body, created_at from bus.log where position > $1 and kind = any($2) order by position", connection);
                command.Parameters.AddWithValue(last);
                command.Parameters.AddWithValue(_byName.Keys.ToArray());
                await using var rows = await command.ExecuteReaderAsync(cancellationToken);
                while (await rows.ReadAsync(cancellationToken))
                {
                    var position = rows.GetInt64(0);
                    if (types.Read(rows.GetString(2), _byName[rows.GetString(1)]) is { } message)
                    {
                        follower.Append(new(position, message, rows.GetFieldValue<DateTimeOffset>(3)));
                    }

                    last = position;
                }

                return last;
            }
            catch (Exception e) when (Outage.IsOutage(e) && !cancellationToken.IsCancellationRequested)
            {
                PostgresEventLogLog.Unreachable(logger, e);
                await Task.Delay(Retry, time, cancellationToken);
            }
        }
    }

    private static async Task<long> FirstAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select coalesce((select min(position) from bus.log), (select position + 1 from bus.checkpoint))", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

internal static partial class PostgresEventLogLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The event log cannot be read yet")]
    public static partial void Unreachable(ILogger logger, Exception exception);
}
