using Npgsql;
using NpgsqlTypes;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// What was let through, in the database: whoever judges holds one lock of all nodes, reads the last minutes and writes what it decided, so that two
/// nodes come to the same and a start forgets nothing. What was decided of an event stays so, however often it is asked about.
/// </summary>
public sealed class StormBook(NpgsqlDataSource database, StormOptions options, TimeProvider time)
{
    private const long Lock = 0x5354_4f52_4d01;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    // Nobody was told of it, and no summary counts it.
    private const string Void =
        """
        delete from trigger.signals s where id = any($1) and confirmed_at is null and not may_be_out and event is null
          and not exists (select from trigger.holds h where h.signal_id = s.id and (s.told_at is not null or s.claimed_until is not null or h.counted_at is not null))
        """;

    // What is not known to be out by then may never have been: nobody waits for it any more, and it takes no room.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(30);

    /// <summary>Throws when the database is away or the deadline is over; then nothing is decided, or it stays so.</summary>
    /// <param name="signals">Each event once, in the order in which they were raised.</param>
    /// <param name="news">What is known by now of earlier ones. It is written first.</param>
    /// <returns>One verdict for each, in their order; null for what says the same as one that is on its way: it has to be asked about again.</returns>
    public async Task<IReadOnlyList<Verdict?>> JudgeAsync(IReadOnlyList<Signal> signals, StormNews news, CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var connection = await database.OpenConnectionAsync(deadline.Token);
        await using var transaction = await connection.BeginTransactionAsync(deadline.Token);
        var (verdicts, rows) = await JudgeAsync(connection, signals, news, deadline.Token);
        if (rows.Count > 0)
        {
            await InsertAsync(connection, rows, deadline.Token);
        }

        await transaction.CommitAsync(deadline.Token);
        return verdicts;
    }

    /// <summary>What would become of a signal, if all that is on its way gets out. Nothing is written, and nobody waits for it.</summary>
    public async Task<Verdict> TryAsync(Signal signal, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var connection = await database.OpenConnectionAsync(deadline.Token);
        return (await JudgeAsync(connection, [signal], null, deadline.Token)).Verdicts[0]!;
    }

    /// <summary>It may be out, or not: nobody takes it back.</summary>
    public async Task MayBeOutAsync(Guid id)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await using var command = database.CreateCommand("update trigger.signals set may_be_out = true where id = $1");
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync(deadline.Token);
    }

    /// <summary>It surely is not out, unless an earlier try is: nothing is held back for it, and it is judged anew where it is asked about again.</summary>
    public async Task VoidAsync(Guid id)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await using var command = database.CreateCommand(Void);
        command.Parameters.Add(new() { Value = new[] { id } });
        await command.ExecuteNonQueryAsync(deadline.Token);
    }

    /// <param name="news">Null for a trial.</param>
    private async Task<(IReadOnlyList<Verdict?> Verdicts, List<SignalRow> Rows)> JudgeAsync(
        NpgsqlConnection connection, IReadOnlyList<Signal> signals, StormNews? news, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (known, groups) = await BeginAsync(connection, signals, news, now, cancellationToken);
        var open = signals.Where(s => !known.ContainsKey(s.Item.Id))
            .Select(s => (Signal: s, Judged: SignalRows.Judge(s, now), Groups: TargetedGroups.Of(groups, s.Item.Targets))).ToList();
        var rows = new List<SignalRow>();
        if (open.Count > 0)
        {
            var judge = new StormJudge(options);
            await LearnAsync(
                connection, judge, [.. open.Select(o => o.Judged)], [.. open.SelectMany(o => o.Groups).Distinct(StringComparer.Ordinal)], now, news is null, cancellationToken);
            foreach (var (signal, judged, addressed) in open)
            {
                if (judge.Judge(judged, addressed, areOut: news is null) is { } verdict)
                {
                    known[signal.Item.Id] = verdict;
                    rows.Add(SignalRows.Of(signal, judged, verdict, options, now));
                }
            }
        }

        return ([.. signals.Select(s => known.GetValueOrDefault(s.Item.Id))], rows);
    }

    /// <summary>Takes the lock, unless it is a trial; what was decided of these events before, and the groups that are switched on.</summary>
    private static async Task<(Dictionary<Guid, Verdict> Known, List<TargetedGroup> Groups)> BeginAsync(
        NpgsqlConnection connection, IReadOnlyList<Signal> signals, StormNews? news, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = signals.Select(s => s.Item.Id).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        if (news is not null)
        {
            // Of a node that is frozen or cut off while it holds the lock the others wait no longer than this.
            Add(batch, "set local idle_in_transaction_session_timeout = '3s'");
            Add(batch, "select pg_advisory_xact_lock($1)", Lock);
            Add(batch, "update trigger.signals set confirmed_at = $2 where id = any($1) and confirmed_at is null", news.Out.ToArray(), now);
            Add(batch, Void, news.Unanswered.ToArray());
        }

        Add(batch, "select id, groups from trigger.signals where id = any($1)", ids);
        Add(batch, "select signal_id, group_name, reason, same_as from trigger.holds where signal_id = any($1) order by group_name", ids);
        Add(batch, "select name, market, symbol from trigger.targeted_groups where active order by name");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (reader.FieldCount != 2 && await reader.NextResultAsync(cancellationToken))
        {
        }

        var woken = new Dictionary<Guid, string[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            woken[reader.GetGuid(0)] = reader.GetFieldValue<string[]>(1);
        }

        await reader.NextResultAsync(cancellationToken);
        var holds = woken.Keys.ToDictionary(id => id, _ => new List<Hold>());
        while (await reader.ReadAsync(cancellationToken))
        {
            holds[reader.GetGuid(0)].Add(new(reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetGuid(3)));
        }

        await reader.NextResultAsync(cancellationToken);
        var groups = new List<TargetedGroup>();
        while (await reader.ReadAsync(cancellationToken))
        {
            groups.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return (woken.ToDictionary(w => w.Key, w => new Verdict(w.Value, holds[w.Key])), groups);
    }

    /// <summary>The judge learns what was let through around their times and is out, or on its way.</summary>
    private async Task LearnAsync(
        NpgsqlConnection connection, StormJudge judge, IReadOnlyList<Judged> signals, string[] groups, DateTimeOffset now, bool areOut, CancellationToken cancellationToken)
    {
        var kinds = signals.Where(s => s.Kind is not null && options.SameWithin > TimeSpan.Zero)
            .GroupBy(s => (s.Clock, Kind: s.Kind!))
            .Select(g => (g.Key, From: g.Min(s => s.RaisedAt) - options.SameWithin, To: g.Max(s => s.RaisedAt) + options.SameWithin)).ToList();
        var clocks = signals.GroupBy(s => s.Clock, s => s.At).Select(g => (g.Key, From: g.Min() - StormJudge.Minute, To: g.Max())).ToList();
        await using var batch = new NpgsqlBatch(connection);
        Add(
            batch,
            """
            select s.id, s.clock, s.raised_at, s.at, s.kind, s.groups, s.confirmed_at is not null from trigger.signals s
            join unnest($1, $2, $3, $4) as k(clock, kind, since, until) on s.clock = k.clock and s.kind = k.kind and s.raised_at > k.since and s.raised_at < k.until
            where s.outcome = 'sent' and s.kind is not null and (s.confirmed_at is not null or s.created_at > $5)
            union
            select s.id, s.clock, s.raised_at, s.at, s.kind, s.groups, s.confirmed_at is not null from trigger.signals s
            join unnest($6, $7, $8) as c(clock, since, until) on s.clock = c.clock and s.at > c.since and s.at <= c.until
            where s.outcome = 'sent' and s.groups && $9 and (s.confirmed_at is not null or s.created_at > $5)
            order by at
            """,
            kinds.Select(k => k.Key.Clock).ToArray(), kinds.Select(k => k.Key.Kind).ToArray(), kinds.Select(k => k.From).ToArray(), kinds.Select(k => k.To).ToArray(),
            now - OnItsWay, clocks.Select(c => c.Key).ToArray(), clocks.Select(c => c.From).ToArray(), clocks.Select(c => c.To).ToArray(), groups);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var passed = new Judged(
                reader.GetGuid(0), 0, reader.IsDBNull(4) ? null : reader.GetString(4), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetFieldValue<DateTimeOffset>(3));
            judge.Passed(passed, reader.GetFieldValue<string[]>(5), areOut || reader.GetBoolean(6));
        }
    }

    private static async Task InsertAsync(NpgsqlConnection connection, IReadOnlyList<SignalRow> rows, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var row in rows)
        {
            Add(
                batch,
                """
                insert into trigger.signals (
                  id, clock, raised_at, at, market_time, kind, source_id, priority, title, outcome, groups, created_at, told_at, may_be_out)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, false)
                """,
                row.Id, row.Clock, row.RaisedAt, row.At, Time(row.MarketTime), Text(row.Kind), row.SourceId, row.Priority, row.Title, row.Outcome, row.Groups.ToArray(),
                row.CreatedAt, Time(row.ToldAt));
        }

        var holds = rows.SelectMany(r => r.Holds).ToList();
        Add(
            batch,
            """
            insert into trigger.holds (signal_id, group_name, clock, reason, same_as, until)
            select * from unnest($1, $2, $3, $4, $5, $6)
            """,
            holds.Select(h => h.SignalId).ToArray(), holds.Select(h => h.GroupName).ToArray(), holds.Select(h => h.Clock).ToArray(), holds.Select(h => h.Reason).ToArray(),
            holds.Select(h => h.SameAs).ToArray(), holds.Select(h => h.Until).ToArray());
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Time(DateTimeOffset? value) => new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = value ?? (object)DBNull.Value };

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = value ?? (object)DBNull.Value };

    private static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new() { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
