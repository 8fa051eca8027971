using Npgsql;
using TradingSystem.Execution.Limits;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// Saves a group of decisions in one round trip and one transaction (statements that share a Sync are one). It begins with the
/// conditions under which the group was decided; one that no longer holds fails it all with a serialization failure.
/// </summary>
public sealed class DecisionWriter(NpgsqlDataSource database) : IAsyncDisposable
{
    // A connection of its own keeps the statements prepared; a group comes after another, never beside it.
    private NpgsqlConnection? _connection;

    /// <summary>The group was decided on something that is no longer so, or has an order already; nothing of it was written.</summary>
    public static bool IsConflict(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    public async Task WriteAsync(DecisionChanges changes, Fences fences, ControlSet controls, CancellationToken cancellationToken)
    {
        try
        {
            _connection ??= await database.OpenConnectionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(_connection);
            DecisionStatements.Add(batch.BatchCommands, changes, fences, controls);
            await batch.PrepareAsync(cancellationToken);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (e is not PostgresException)
        {
            await CloseAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
