using System.Buffers.Text;
using System.Security.Cryptography;
using Npgsql;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Api;
using TradingSystem.Gateway.Connections;
using TradingSystem.Hosting;
using TradingSystem.Hosting.OpenApi;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Tokens;

/// <summary>Admits one connection within <c>ExpiresInS</c> seconds.</summary>
/// <param name="Ticket">For the parameter ticket of /ws/events; good once.</param>
/// <param name="ExpiresInS">Seconds for which it is good.</param>
public sealed record IssuedTicket(string Ticket, int ExpiresInS);

/// <summary>Single-use stand-ins for a token in an address, where headers cannot be set (browsers) and addresses are logged.</summary>
public sealed class Tickets(NpgsqlDataSource database)
{
    public const int LifeSeconds = 30;

    private const int CommandTimeoutSeconds = 3;

    /// <summary>Null for an unknown token.</summary>
    public async Task<string?> IssueAsync(byte[] tokenHash, CancellationToken cancellationToken)
    {
        var ticket = "tk_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await using var command = database.CreateCommand($"""
            insert into gateway.tickets (hash, token_id, expires_at)
            select $1, id, now() + interval '{LifeSeconds} seconds' from gateway.tokens where hash = $2 and revoked_at is null
            """);
        command.CommandTimeout = CommandTimeoutSeconds;
        command.Parameters.AddWithValue(TokenSecrets.Hash(ticket)!);
        command.Parameters.AddWithValue(tokenHash);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? ticket : null;
    }

    /// <summary>Uses the ticket up; the hash of its token, or null if it is unknown, used or too old.</summary>
    public async Task<byte[]?> RedeemAsync(string ticket, CancellationToken cancellationToken)
    {
        if (TokenSecrets.Hash(ticket) is not { } hash)
        {
            return null;
        }

        await using var command = database.CreateCommand("""
            with used as (delete from gateway.tickets where hash = $1 returning token_id, expires_at)
            select t.hash from used join gateway.tokens t on t.id = used.token_id where used.expires_at > now()
            """);
        command.CommandTimeout = CommandTimeoutSeconds;
        command.Parameters.AddWithValue(hash);
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
    }
}

public static class TicketsApi
{
    /// <summary><c>POST /api/v1/ws-tickets</c> with the bot's own token as bearer.</summary>
    public static void MapTickets(this WebApplication app) =>
        app.MapPost("/api/v1/ws-tickets", async Task<IResult> (HttpContext context, Tickets tickets, AddressGate gate, CancellationToken cancellationToken) =>
        {
            var hash = ConnectRequest.Bearer(context.Request.Headers.Authorization.ToString()) is { Length: > 0 } token ? TokenSecrets.Hash(token) : null;
            string? ticket;
            try
            {
                ticket = hash is null ? null : await tickets.IssueAsync(hash, cancellationToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                return ApiErrors.Unavailable("the token cannot be checked just now");
            }

            if (ticket is null)
            {
                var locked = gate.BadToken(context.Connection.RemoteIpAddress ?? System.Net.IPAddress.None);
                var reason = locked ? CloseCodes.LockedOut : CloseCodes.InvalidToken;
                return ApiErrors.Unauthorized(reason.Reason, "Authorization", "Bearer and a trading group's or trigger's token");
            }

            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Created((string?)null, new IssuedTicket(ticket, Tickets.LifeSeconds));
        }).AllowAnonymous().WithTags("tickets").WithMetadata(new BearerCredential("bot_token", "A trading group's or trigger's own token"))
            .Operation("createTicket", "A single-use stand-in for a bot's token, for an address").Produces<IssuedTicket>(201).Produces<ApiError>(401).Produces<ApiError>(503);
}
