using Npgsql;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.IntegrationTests.Trigger.Storm;

/// <summary>While it is held nobody can decide what is raised, as with a database that does not answer.</summary>
internal sealed class StormLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private StormLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<StormLock> TakeAsync(NpgsqlDataSource database)
    {
        var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"select pg_advisory_lock({StormBook.Lock})", connection);
        await command.ExecuteNonQueryAsync();
        return new(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await using (var command = new NpgsqlCommand($"select pg_advisory_unlock({StormBook.Lock})", _connection))
        {
            await command.ExecuteNonQueryAsync();
        }

        await _connection.DisposeAsync();
    }
}
