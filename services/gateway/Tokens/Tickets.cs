using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Settings;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.OpenApi;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Tokens;

/// <summary>Admits one connection within <c>ExpiresInS</c> seconds.</summary>
/// <param name="Ticket">For the parameter ticket of /ws/events; good once.</param>
/// <param name="ExpiresInS">Seconds for which it is good.</param>
public sealed record IssuedTicket(string Ticket, int ExpiresInS);

/// <summary>Why there is no ticket: the token is unknown, or as many of its tickets wait to be used as may.</summary>
public enum TicketRefusal
{
    None,
    UnknownToken,
    TooMany,
}

/// <summary>Single-use stand-ins for a token in an address, where headers cannot be set (browsers) and addresses are logged.</summary>
public sealed class Tickets(NpgsqlDataSource database, GatewayOptions options)
{
    public const int LifeSeconds = 30;

    private const int CommandTimeoutSeconds = 3;

    public async Task<(string? Ticket, TicketRefusal Refusal)> IssueAsync(byte[] tokenHash, CancellationToken cancellationToken)
    {
        var ticket = "tk_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await using var batch = database.CreateBatch();
        batch.Timeout = CommandTimeoutSeconds;

        // The row is held to the batch's end, and the statement behind it sees what came before: requests at the same time are counted one by one.
        var token = new NpgsqlBatchCommand("select id from gateway.tokens where hash = $1 and revoked_at is null for no key update");
        token.Parameters.AddWithValue(tokenHash);
        var issue = new NpgsqlBatchCommand($"""
            insert into gateway.tickets (hash, token_id, expires_at)
            select $1, id, now() + interval '{LifeSeconds} seconds' from gateway.tokens t where hash = $2 and revoked_at is null
            and (select count(*) from gateway.tickets k where k.token_id = t.id and k.expires_at > now()) < $3
            """);
        issue.Parameters.AddWithValue(BotToken.Hash(ticket)!);
        issue.Parameters.AddWithValue(tokenHash);
        issue.Parameters.AddWithValue(options.TicketsPerToken);
        batch.BatchCommands.Add(token);
        batch.BatchCommands.Add(issue);
        bool known;
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
        {
            known = await rows.ReadAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
        }

        return !known ? (null, TicketRefusal.UnknownToken) : issue.RecordsAffected == 1 ? (ticket, TicketRefusal.None) : (null, TicketRefusal.TooMany);
    }

    /// <summary>Uses the ticket up; the hash of its token, or null if it is unknown, used or too old.</summary>
    public async Task<byte[]?> RedeemAsync(string ticket, CancellationToken cancellationToken)
    {
        if (BotToken.Hash(ticket) is not { } hash)
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
        app.MapPost("/api/v1/ws-tickets", IssueAsync)
            .AllowAnonymous()
            .WithTags("tickets")
            .WithBotTokens(BotTokenUse.TakenAsIs)
            .WithMetadata(new BearerCredential("bot_token", "A trading group's or trigger's own token"))
            .Operation("createTicket", "A single-use stand-in for a bot's token, for an address");

    private static async Task<Results<Created<IssuedTicket>, RestError, UnauthorizedError, TooManyError>> IssueAsync(
        HttpContext context, Tickets tickets, AddressGate gate, GatewayOptions options, CancellationToken cancellationToken)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (gate.Ticket(address) is var wait and > 0)
        {
            return TooMany(TimeSpan.FromMilliseconds(wait), $"at most {options.TicketsPerSecond} a second from one address");
        }

        var hash = BotToken.Bearer(context.Request.Headers.Authorization.ToString()) is { Length: > 0 } token ? BotToken.Hash(token) : null;
        var (ticket, refusal) = (default(string), TicketRefusal.UnknownToken);
        try
        {
            (ticket, refusal) = hash is null ? (null, TicketRefusal.UnknownToken) : await tickets.IssueAsync(hash, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return RestError.Unavailable("$", "the token cannot be checked just now");
        }

        if (refusal == TicketRefusal.TooMany)
        {
            return TooMany(
                TimeSpan.FromSeconds(Tickets.LifeSeconds),
                $"at most {options.TicketsPerToken} of one token that wait to be used; each is gone {Tickets.LifeSeconds} s after it was asked for");
        }

        if (ticket is null)
        {
            var reason = gate.BadToken(address) ? CloseCodes.LockedOut : CloseCodes.InvalidToken;
            return RestError.Unauthorized("Authorization", "Bearer and a trading group's or trigger's token", reason.Reason);
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, new IssuedTicket(ticket, Tickets.LifeSeconds));
    }

    private static TooManyError TooMany(TimeSpan wait, string rule) => RestError.TooMany(ReplyMessages.RateLimited, wait, "tickets", rule, "more");
}
