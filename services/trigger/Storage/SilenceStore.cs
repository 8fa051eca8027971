using Npgsql;

namespace TradingSystem.Trigger.Storage;

/// <summary>A silence that somebody is to hear of.</summary>
public sealed record UntoldSilence(Guid HookId, DateTimeOffset Since);

/// <summary>Silences of hooks in the database, each found by one node; every call throws when its deadline is over or the database is away.</summary>
public sealed class SilenceStore(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    // Whoever found it has told it by then, or died.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Those that this node found now, and those that whoever found them has not told.</summary>
    /// <param name="minutes">How long each hook may be silent.</param>
    public async Task<IReadOnlyList<UntoldSilence>> FindAsync(IReadOnlyList<Guid> hooks, IReadOnlyList<int> minutes, CancellationToken cancellationToken)
    {
        using var deadline = Within(cancellationToken);
        await using var command = database.CreateCommand(
            """
            with found as (
              insert into trigger.hook_silences (hook_id, since, found_at)
              select l.id, l.since, $3
              from (
                select h.id, w.minutes, greatest(
                  h.changed_at, (
                    select max(d.received_at) from trigger.hook_deliveries d
                    where d.hook_id = h.id and d.event is not null and (d.outcome is null or d.outcome = 'published'))) as since
                from unnest($1, $2) as w(id, minutes) join trigger.hooks h on h.id = w.id and h.deleted_at is null) l
              where l.since + l.minutes * interval '1 minute' < $3
              on conflict do nothing
              returning hook_id, since)
            select hook_id, since from found
            union all
            select hook_id, since from trigger.hook_silences where told_at is null and found_at < $4
            """);
        var now = time.GetUtcNow();
        command.Parameters.Add(new() { Value = hooks.ToArray() });
        command.Parameters.Add(new() { Value = minutes.ToArray() });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - Patience });
        await using var reader = await command.ExecuteReaderAsync(deadline.Token);
        var silences = new List<UntoldSilence>();
        while (await reader.ReadAsync(deadline.Token))
        {
            silences.Add(new(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1)));
        }

        return silences;
    }

    /// <summary>It was told; of those that were told long ago each hook keeps its newest.</summary>
    public async Task ToldAsync(UntoldSilence silence, CancellationToken cancellationToken)
    {
        using var deadline = Within(cancellationToken);
        await using var batch = database.CreateBatch();
        var tell = new NpgsqlBatchCommand("update trigger.hook_silences set told_at = $3 where hook_id = $1 and since = $2");
        tell.Parameters.Add(new() { Value = silence.HookId });
        tell.Parameters.Add(new() { Value = silence.Since });
        tell.Parameters.Add(new() { Value = time.GetUtcNow() });
        batch.BatchCommands.Add(tell);
        var prune = new NpgsqlBatchCommand("delete from trigger.hook_silences where hook_id = $1 and since < $2 and told_at < $3");
        prune.Parameters.Add(new() { Value = silence.HookId });
        prune.Parameters.Add(new() { Value = silence.Since });
        prune.Parameters.Add(new() { Value = time.GetUtcNow() - Kept });
        batch.BatchCommands.Add(prune);
        await batch.ExecuteNonQueryAsync(deadline.Token);
    }

    private static CancellationTokenSource Within(CancellationToken cancellationToken)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        return deadline;
    }
}
