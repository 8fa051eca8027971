using Npgsql;
using NpgsqlTypes;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// What was let through, in the database: whoever judges holds one lock of all nodes, reads the last minutes and writes what it decided, so that two
/// nodes come to the same and a start forgets nothing. What was decided of an event stays so, however often it is asked about; with it the event itself is kept, so that
/// what others are held back for is sure to be sent.
/// </summary>
public sealed class StormBook(NpgsqlDataSource database, StormOptions options, TimeProvider time)
{
    /// <summary>
    /// Of a node that is frozen or cut off while it holds the lock the others wait no longer than this. Under it rows are only added, so nothing else is waited for.
    /// </summary>
    public const string PatienceWithOthers = "set local idle_in_transaction_session_timeout = '3s'";

    /// <summary>Of whoever judges, on all nodes.</summary>
    public const long Lock = 0x5354_4f52_4d01;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly BlackoutMemory _blackouts = new();

    /// <summary>Throws when the database is away or the deadline is over; then nothing is decided, or it is and stays so.</summary>
    /// <param name="signals">Each event once, in the order in which they were raised.</param>
    /// <param name="unjudged">What went out before anybody could decide, to all that it was for: let through, unless it was decided about elsewhere.</param>
    /// <returns>One ruling for each of <paramref name="signals"/>, in their order.</returns>
    public async Task<IReadOnlyList<Ruling>> JudgeAsync(IReadOnlyList<Signal> signals, IReadOnlyList<Signal> unjudged, CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var connection = await database.OpenConnectionAsync(deadline.Token);
        await using var transaction = await connection.BeginTransactionAsync(deadline.Token);
        var (rulings, rows) = await JudgeAsync(connection, signals, unjudged, isTrial: false, deadline.Token);
        if (rows.Count > 0)
        {
            await InsertAsync(connection, rows, deadline.Token);
        }

        await transaction.CommitAsync(deadline.Token);
        return rulings;
    }

    /// <summary>What would become of a signal. Nothing is written, and nobody waits for it.</summary>
    public async Task<Verdict> TryAsync(Signal signal, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var connection = await database.OpenConnectionAsync(deadline.Token);
        return (await JudgeAsync(connection, [signal], [], isTrial: true, deadline.Token)).Rulings[0].Verdict;
    }

    /// <summary>The bus has them.</summary>
    public async Task ConfirmAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var command = database.CreateCommand(
            """
            update trigger.signals s set confirmed_at = $2
            from (select id from trigger.signals where id = any($1) and event is not null and confirmed_at is null order by id for update) o where s.id = o.id
            """);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        await command.ExecuteNonQueryAsync(deadline.Token);
    }

    private async Task<(IReadOnlyList<Ruling> Rulings, List<SignalRow> Rows)> JudgeAsync(
        NpgsqlConnection connection, IReadOnlyList<Signal> signals, IReadOnlyList<Signal> unjudged, bool isTrial, CancellationToken cancellationToken)
    {
        var all = unjudged.Concat(signals).DistinctBy(s => s.Item.Id).ToList();
        var (known, groups, mutes) = await BeginAsync(connection, all, isTrial, cancellationToken);
        var now = time.GetUtcNow();
        var isOut = unjudged.Select(s => s.Item.Id).ToHashSet();
        var open = all.Where(s => !known.ContainsKey(s.Item.Id))
            .Select(s => (Signal: s, Judged: SignalRows.Judge(s, now), Groups: TargetedGroups.Of(groups, s.Item.Targets))).ToList();
        var rows = new List<SignalRow>();
        if (open.Count > 0)
        {
            var byName = groups.ToDictionary(g => g.Name, StringComparer.Ordinal);
            var judge = new StormJudge(options, (group, at) => byName[group] is var g ? mutes.Of(g.Name, g.Market, g.Symbol, at) : null);
            await LearnAsync(connection, judge, [.. open.Select(o => o.Judged)], [.. open.SelectMany(o => o.Groups).Distinct(StringComparer.Ordinal)], now, cancellationToken);
            foreach (var (signal, judged, addressed) in open)
            {
                var isForced = isOut.Contains(signal.Item.Id);
                if (isForced)
                {
                    judge.Passed(judged, addressed);
                }

                var verdict = isForced ? new(addressed, []) : judge.Judge(judged, addressed);
                known[signal.Item.Id] = new(verdict, !isForced && !verdict.IsHeldBack);
                rows.Add(SignalRows.Of(signal, judged, verdict, options, now, isForced ? now : null));
            }
        }

        return ([.. signals.Select(s => known[s.Item.Id])], rows);
    }

    /// <summary>Takes the lock, unless it is a trial; what was decided of these events before, the groups that are switched on, and the blackouts there are.</summary>
    private async Task<(Dictionary<Guid, Ruling> Known, List<TargetedGroup> Groups, Mutes Mutes)> BeginAsync(
        NpgsqlConnection connection, IReadOnlyList<Signal> signals, bool isTrial, CancellationToken cancellationToken)
    {
        var (ids, known) = (signals.Select(s => s.Item.Id).ToArray(), _blackouts.Last);
        await using var batch = new NpgsqlBatch(connection);
        if (!isTrial)
        {
            Add(batch, PatienceWithOthers);
            Add(batch, "select pg_advisory_xact_lock($1)", Lock);
        }

        Add(batch, "select id, groups, event is not null and confirmed_at is null and given_up_at is null from trigger.signals where id = any($1)", ids);
        Add(batch, "select signal_id, group_name, reason, same_as, blackout from trigger.holds where signal_id = any($1) order by group_name", ids);
        Add(batch, TargetedGroups.Query);
        Add(batch, BlackoutMemory.Query, known.Revision);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (reader.FieldCount != 3 && await reader.NextResultAsync(cancellationToken))
        {
        }

        var sent = new Dictionary<Guid, (string[] Groups, bool IsOpen)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sent[reader.GetGuid(0)] = (reader.GetFieldValue<string[]>(1), reader.GetBoolean(2));
        }

        await reader.NextResultAsync(cancellationToken);
        var holds = sent.Keys.ToDictionary(id => id, _ => new List<Hold>());
        while (await reader.ReadAsync(cancellationToken))
        {
            holds[reader.GetGuid(0)].Add(new(
                reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetGuid(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        }

        await reader.NextResultAsync(cancellationToken);
        var groups = new List<TargetedGroup>();
        while (await reader.ReadAsync(cancellationToken))
        {
            groups.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        await reader.NextResultAsync(cancellationToken);
        var mutes = await _blackouts.ReadAsync(reader, known, cancellationToken);
        return (sent.ToDictionary(s => s.Key, s => new Ruling(new(s.Value.Groups, holds[s.Key]), s.Value.IsOpen)), groups, mutes);
    }

    /// <summary>The judge learns what was let through around their times and is out, or still to be sent.</summary>
    private async Task LearnAsync(
        NpgsqlConnection connection, StormJudge judge, IReadOnlyList<Judged> signals, string[] groups, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var topics = signals.Where(s => s.Topic is not null && options.SameWithin > TimeSpan.Zero)
            .GroupBy(s => (s.Clock, Topic: s.Topic!))
            .Select(g => (g.Key, From: g.Min(s => s.RaisedAt) - options.SameWithin, To: g.Max(s => s.RaisedAt) + options.SameWithin)).ToList();
        var clocks = signals.GroupBy(s => s.Clock, s => s.At).Select(g => (g.Key, From: g.Min() - StormJudge.Minute, To: g.Max())).ToList();
        await using var batch = new NpgsqlBatch(connection);
        Add(
            batch,
            """
            select s.seq, s.id, s.clock, s.raised_at, s.at, s.topic, s.says, s.groups from trigger.signals s
            join unnest($1, $2, $3, $4) as k(clock, topic, since, until) on s.clock = k.clock and s.topic = k.topic and s.raised_at > k.since and s.raised_at < k.until
            where s.outcome = 'sent' and s.topic is not null and (s.confirmed_at is not null or s.news_until > $9)
            union
            select s.seq, s.id, s.clock, s.raised_at, s.at, s.topic, s.says, s.groups from trigger.signals s
            join unnest($5, $6, $7) as c(clock, since, until) on s.clock = c.clock and s.at > c.since and s.at <= c.until
            where s.outcome = 'sent' and s.groups && $8 and (s.confirmed_at is not null or s.news_until > $9)
            order by seq
            """,
            topics.Select(k => k.Key.Clock).ToArray(), topics.Select(k => k.Key.Topic).ToArray(), topics.Select(k => k.From).ToArray(), topics.Select(k => k.To).ToArray(),
            clocks.Select(c => c.Key).ToArray(), clocks.Select(c => c.From).ToArray(), clocks.Select(c => c.To).ToArray(), groups, now);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var passed = new Judged(
                reader.GetGuid(1), 0, reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetString(6), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetFieldValue<DateTimeOffset>(4));
            judge.Passed(passed, reader.GetFieldValue<string[]>(7));
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
                  id, clock, raised_at, at, market_time, topic, says, source_id, priority, title, outcome, groups, created_at, event, news_until, claimed_until, told_at,
                  confirmed_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
                """,
                row.Id, row.Clock, row.RaisedAt, row.At, Time(row.MarketTime), Text(row.Topic), row.Says, row.SourceId, row.Priority, row.Title, row.Outcome,
                row.Groups.ToArray(), row.CreatedAt, Text(row.Event), row.NewsUntil, Time(row.ClaimedUntil), Time(row.ToldAt), Time(row.ConfirmedAt));
        }

        var holds = rows.SelectMany(r => r.Holds).ToList();
        Add(
            batch,
            """
            insert into trigger.holds (signal_id, group_name, clock, reason, same_as, blackout, until)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            """,
            holds.Select(h => h.SignalId).ToArray(), holds.Select(h => h.GroupName).ToArray(), holds.Select(h => h.Clock).ToArray(), holds.Select(h => h.Reason).ToArray(),
            holds.Select(h => h.SameAs).ToArray(), holds.Select(h => h.Blackout).ToArray(), holds.Select(h => h.Until).ToArray());
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
