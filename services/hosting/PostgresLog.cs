using System.Diagnostics;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using TradingSystem.Hosting.EventLog;
using TradingSystem.Hosting.Outages;
using TradingSystem.Hosting.Serialization;
using TradingSystem.Hosting.Transport;

namespace TradingSystem.Hosting;

/// <summary>
/// Durability for the in-memory bus: every message is a row of <c>bus.log</c>, committed in groups before anybody is told.
/// What the process had not finished when it died is published again at the next start; consumers are idempotent.
/// </summary>
public sealed class PostgresLog(
    NpgsqlDataSource database,
    IBus bus,
    BusReadiness readiness,
    LogProgress progress,
    LogTail tail,
    BusOptions options,
    BusTypes types,
    IEnumerable<DurableKind> kinds,
    TimeProvider time,
    ILogger<PostgresLog> log) : BackgroundService, IDurableStore
{
    internal const string PositionHeader = "log-position";
    private const int MaxGroup = 256;
    private static readonly ActivitySource Activities = new($"{Telemetry.Prefix}.Hosting");
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(1);

    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly Dictionary<string, Type> _types = kinds.Select(k => k.MessageType).Distinct().ToDictionary(t => t.Name);
    private long _last;

    // Of its own, so that the statement stays prepared.
    private NpgsqlConnection? _connection;

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            create schema if not exists bus;
            create table if not exists bus.log (
                position bigint primary key,
                kind text not null,
                body text not null,
                created_at timestamptz not null default now());
            create table if not exists bus.checkpoint (
                only_row boolean primary key default true check (only_row),
                position bigint not null);
            insert into bus.checkpoint (position) values (0) on conflict do nothing;
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<PublishOutcome> AppendAsync(object message, Type messageType, CancellationToken cancellationToken)
    {
        var entry = new Entry(message, messageType, types.Write(message, messageType));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.PublishDeadline);
        try
        {
            await _queue.Writer.WriteAsync(entry, deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            return PublishOutcome.Unavailable;
        }

        try
        {
            return await entry.Done.Task.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return entry.TryWithdraw() ? PublishOutcome.Unavailable : PublishOutcome.Unknown;
        }
    }

    /// <summary>A row's message, or null for a kind that this version does not know.</summary>
    private object? Read(string kind, string body) =>
        _types.TryGetValue(kind, out var type) ? types.Read(body, type) : null;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        await RepeatUntilAsync(RecoverAsync, stoppingToken);
        var checkpoints = CheckpointLoopAsync(stoppingToken);
        await AppendLoopAsync(stoppingToken);
        await checkpoints;
        await CloseAsync();
    }

    private async Task AppendLoopAsync(CancellationToken stoppingToken)
    {
        var group = new List<Entry>(MaxGroup);
        // Not cancelled with the host: what callers handed over is still written, the completed channel ends the loop.
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            group.Clear();
            while (group.Count < MaxGroup && _queue.Reader.TryRead(out var entry))
            {
                if (entry.TryTake())
                {
                    entry.Position = ++_last;
                    group.Add(entry);
                }
            }

            if (group.Count > 0 && await CommitAsync(group, stoppingToken))
            {
                var now = time.GetUtcNow();
                foreach (var entry in group)
                {
                    // Its sender need not wait for its readers.
                    entry.Done.TrySetResult(PublishOutcome.Durable);
                    tail.Committed(new(entry.Position, entry.Message, now));
                    using var activity = Activities.StartActivity("bus.dispatch", ActivityKind.Producer, entry.Trace);
                    await DispatchAsync(entry.Message, entry.MessageType, entry.Position);
                }
            }
        }
    }

    /// <summary>False when surely nothing was written. A commit with an unknown end is repeated on the same positions until it is known.</summary>
    private async Task<bool> CommitAsync(List<Entry> group, CancellationToken stoppingToken)
    {
        var sent = false;
        while (true)
        {
            try
            {
                _connection ??= await database.OpenConnectionAsync(stoppingToken);
                await using var command = new NpgsqlCommand(
                    "insert into bus.log (position, kind, body) select * from unnest($1, $2, $3) on conflict (position) do nothing", _connection);
                command.Parameters.Add(new() { Value = group.Select(e => e.Position).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
                command.Parameters.Add(new() { Value = group.Select(e => e.MessageType.Name).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
                command.Parameters.Add(new() { Value = group.Select(e => e.Body).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
                await command.PrepareAsync(CancellationToken.None);
                sent = true;
                await command.ExecuteNonQueryAsync(CancellationToken.None);
                return true;
            }
            catch (Exception e) when (!sent && (Outage.IsOutage(e) || e is OperationCanceledException))
            {
                PostgresLogLog.Unreachable(log, e);
                await CloseAsync();
                group.ForEach(entry => entry.Done.TrySetResult(PublishOutcome.Unavailable));
                return false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested && (Outage.IsOutage(e) || e is OperationCanceledException))
            {
                PostgresLogLog.Unreachable(log, e);
                await CloseAsync();
                await Task.Delay(CheckpointInterval, time, CancellationToken.None);
            }
            catch (Exception e)
            {
                PostgresLogLog.Unreachable(log, e);
                await CloseAsync();
                group.ForEach(entry => entry.Done.TrySetResult(PublishOutcome.Unknown));
                return false;
            }
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

    private async Task DispatchAsync(object message, Type type, long position)
    {
        progress.Appended(position, type);
        try
        {
            await bus.Publish(message, type, Pipe.Execute<PublishContext>(c => c.Headers.Set(PositionHeader, position)), CancellationToken.None);
        }
        catch (Exception e)
        {
            // It is in the log and stays outstanding, so the next start delivers it.
            PostgresLogLog.NotDispatched(log, position, e);
        }
    }

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        long done;
        await using (var read = new NpgsqlCommand("select position, coalesce((select max(position) from bus.log), 0) from bus.checkpoint", connection))
        await using (var row = await read.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
            {
                throw new InvalidOperationException("bus.checkpoint is empty: run --migrate first.");
            }

            done = row.GetInt64(0);
            _last = Math.Max(done, row.GetInt64(1));
        }

        progress.StartAt(done);
        var again = 0;
        await using var command = new NpgsqlCommand("select position, kind, body from bus.log where position > $1 order by position", connection);
        command.Parameters.AddWithValue(done);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (Read(rows.GetString(1), rows.GetString(2)) is { } message)
            {
                await DispatchAsync(message, message.GetType(), rows.GetInt64(0));
                again++;
            }
        }

        if (again > 0)
        {
            PostgresLogLog.Recovered(log, again, done);
        }
    }

    private async Task CheckpointLoopAsync(CancellationToken stoppingToken)
    {
        long saved = -1;
        var nextPrune = time.GetUtcNow();
        using var timer = new PeriodicTimer(CheckpointInterval, time);
        var stopped = false;
        while (!stopped)
        {
            try
            {
                stopped = !await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                stopped = true;
            }

            try
            {
                if (progress.Done is var done && done != saved)
                {
                    await using var save = database.CreateCommand("update bus.checkpoint set position = $1 where position < $1");
                    save.Parameters.AddWithValue(done);
                    save.CommandTimeout = 5;
                    await save.ExecuteNonQueryAsync(CancellationToken.None);
                    saved = done;
                }

                if (time.GetUtcNow() >= nextPrune)
                {
                    nextPrune = time.GetUtcNow() + TimeSpan.FromMinutes(10);
                    await using var prune = database.CreateCommand("delete from bus.log where position <= $1 and created_at < $2");
                    prune.Parameters.AddWithValue(progress.Done);
                    prune.Parameters.AddWithValue(time.GetUtcNow() - EventLogSetup.Retention);
                    await prune.ExecuteNonQueryAsync(stoppingToken);
                }
            }
            catch (Exception e) when (Outage.IsOutage(e) || e is OperationCanceledException)
            {
                PostgresLogLog.Unreachable(log, e);
            }
        }
    }

    private async Task RepeatUntilAsync(Func<CancellationToken, Task> step, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await step(stoppingToken);
                return;
            }
            catch (Exception e) when (Outage.IsOutage(e) && !stoppingToken.IsCancellationRequested)
            {
                PostgresLogLog.Unreachable(log, e);
                await Task.Delay(CheckpointInterval, time, stoppingToken);
            }
        }
    }

    private sealed class Entry(object message, Type messageType, string body)
    {
        private int _state;

        public object Message { get; } = message;

        public Type MessageType { get; } = messageType;

        // PostgreSQL's text has no NUL; JSON keeps it as an escape.
        public string Body { get; } = body;

        // The loop that dispatches is not the caller.
        public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

        public long Position { get; set; }

        public TaskCompletionSource<PublishOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool TryTake() => Interlocked.CompareExchange(ref _state, 1, 0) == 0;

        public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, 2, 0) == 0;
    }
}

internal static partial class PostgresLogLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The embedded event log cannot reach PostgreSQL")]
    public static partial void Unreachable(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Position {Position} is logged but was not dispatched; the next start delivers it")]
    public static partial void NotDispatched(ILogger logger, long position, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Published {Count} messages again that were not finished after position {Position}")]
    public static partial void Recovered(ILogger logger, int count, long position);
}
