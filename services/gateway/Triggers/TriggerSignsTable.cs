using Npgsql;
using NpgsqlTypes;

namespace TradingSystem.Gateway.Triggers;

/// <summary>What was last heard of triggers, in their rows. Of what several nodes write the latest stays.</summary>
public sealed class TriggerSignsTable(NpgsqlDataSource database)
{
    public const int MaxBatch = 500;

    private const int TimeoutSeconds = 10;

    private const string Sql = """
        update gateway.triggers set
          last_seen_at = greatest(last_seen_at, $2),
          last_frame_at = greatest(last_frame_at, $3),
          last_event_id = case when last_event_at >= $6 then last_event_id else coalesce($4, last_event_id) end,
          last_event_title = case when last_event_at >= $6 then last_event_title else coalesce($5, last_event_title) end,
          last_event_at = greatest(last_event_at, $6),
          last_error_code = case when last_error_at >= $9 then last_error_code else coalesce($7, last_error_code) end,
          last_error_message = case when last_error_at >= $9 then last_error_message else coalesce($8, last_error_message) end,
          last_error_at = greatest(last_error_at, $9)
        where id = $1 and (last_seen_at, last_frame_at, last_event_at, last_error_at)
          is distinct from (greatest(last_seen_at, $2), greatest(last_frame_at, $3), greatest(last_event_at, $6), greatest(last_error_at, $9))
        """;

    /// <param name="signs">At most <see cref="MaxBatch"/>, in the order of their ids, in which every node takes the rows' locks.</param>
    /// <exception cref="NpgsqlException">None of it is written.</exception>
    public async Task WriteAsync(IReadOnlyList<(Guid Id, TriggerSigns Signs)> signs, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = TimeoutSeconds;
        foreach (var (id, (seenAt, frameAt, raised, error)) in signs)
        {
            var command = new NpgsqlBatchCommand(Sql);
            Add(command, NpgsqlDbType.Uuid, id);
            Add(command, NpgsqlDbType.TimestampTz, seenAt);
            Add(command, NpgsqlDbType.TimestampTz, frameAt);
            Add(command, NpgsqlDbType.Uuid, raised?.Id);
            Add(command, NpgsqlDbType.Text, raised?.Title);
            Add(command, NpgsqlDbType.TimestampTz, raised?.At);
            Add(command, NpgsqlDbType.Text, error?.Code);
            Add(command, NpgsqlDbType.Text, error?.Message);
            Add(command, NpgsqlDbType.TimestampTz, error?.At);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlBatchCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new() { NpgsqlDbType = type, Value = value ?? DBNull.Value });
}
