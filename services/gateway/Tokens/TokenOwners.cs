using System.Net;
using Npgsql;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Settings;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting.BotTokens;

namespace TradingSystem.Gateway.Tokens;

/// <summary>
/// Whose a token is, for REST. Read from the table each time, so that what was revoked is known at once; who asks too often with bad ones is held
/// up as at the socket.
/// </summary>
public sealed class TokenOwners(NpgsqlDataSource database, AddressGate gate, GatewayOptions options) : ITokenOwners
{
    private const int CommandTimeoutSeconds = 2;

    public async Task<TokenVerdict> FindAsync(byte[] hash, IPAddress address, CancellationToken cancellationToken)
    {
        if (gate.Connecting(address) is var wait and > 0)
        {
            return new TokenVerdict.TooMany(TimeSpan.FromMilliseconds(wait));
        }

        try
        {
            if (await ReadAsync(hash, cancellationToken) is { } known)
            {
                gate.Proved(address);
                return known;
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            gate.Proved(address);
            return new TokenVerdict.Unavailable();
        }

        return gate.BadToken(address) ? new TokenVerdict.TooMany(options.LockOut) : new TokenVerdict.Unknown();
    }

    /// <summary>Null for a hash that is no token's.</summary>
    private async Task<TokenVerdict?> ReadAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select id, owner_kind, owner_id, revoked_at is not null from gateway.tokens where hash = $1");
        command.CommandTimeout = CommandTimeoutSeconds;
        command.Parameters.AddWithValue(hash);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null
            : row.GetBoolean(3) ? new TokenVerdict.Revoked()
            : row.GetString(1) == OwnerKinds.Group ? new TokenVerdict.OfGroup(row.GetGuid(0), row.GetGuid(2))
            : new TokenVerdict.OfTrigger();
    }
}
