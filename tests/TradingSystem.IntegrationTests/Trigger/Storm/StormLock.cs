using Npgsql;

namespace TradingSystem.IntegrationTests.Trigger.Storm;

/// <summary>While it is held nobody can decide what is raised, as with a database that does not answer.</summary>
internal sealed class StormLock : IAsyncDisposable
{
    /// <summary>The judges' own.</summary>
    public const long Key = 0x5354_4f52_4d01;

    private readonly NpgsqlConnection _connection;

    private StormLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<StormLock> TakeAsync(NpgsqlDataSource database)
    {
        var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"select pg_advisory_lock({Key})", connection);
        await command.ExecuteNonQueryAsync();
        return new(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await using (var command = new NpgsqlCommand($"select pg_advisory_unlock({Key})", _connection))
        {
            await command.ExecuteNonQueryAsync();
        }

        await _connection.DisposeAsync();
    }
}
