using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Npgsql;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Sessions;

/// <summary>Opens one hub connection within <c>ExpiresInS</c> seconds.</summary>
/// <param name="Ticket">For the hub's address; good once.</param>
/// <param name="ExpiresInS">Seconds for which it is good.</param>
public sealed record IssuedHubTicket(string Ticket, int ExpiresInS);

/// <summary>
/// Single-use stand-ins for a token in the hub's address: a browser's WebSocket can set no header, and addresses are logged. Any node redeems
/// what another issued.
/// </summary>
public sealed class HubTickets(NpgsqlDataSource database, TimeProvider time)
{
    public const int LifeSeconds = 30;

    /// <summary>Tickets of one session that are good at a time: a tab needs one.</summary>
    public const int MaxPerSession = 32;

    private const int CommandTimeoutSeconds = 5;

    /// <summary>Null when the session has ended, or has too many.</summary>
    public async Task<string?> IssueAsync(Guid session, CancellationToken cancellationToken)
    {
        var ticket = "hub_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand("""
            insert into dashboard.hub_tickets (hash, session_id, expires_at)
            select $1, id, $3 from dashboard.sessions where id = $2 and end_reason is null and expires_at > $4
            and (select count(*) from dashboard.hub_tickets where session_id = $2 and expires_at > $4) < $5
            """);
        command.CommandTimeout = CommandTimeoutSeconds;
        command.Parameters.AddWithValue(Hash(ticket));
        command.Parameters.AddWithValue(session);
        command.Parameters.AddWithValue(now.AddSeconds(LifeSeconds));
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue((long)MaxPerSession);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? ticket : null;
    }

    /// <summary>Uses the ticket up; who it lets in and until when, or null if it is unknown, used or too old, or its session has ended.</summary>
    public async Task<(ClaimsIdentity Person, DateTimeOffset Until)?> RedeemAsync(string ticket, string scheme, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            with used as (delete from dashboard.hub_tickets where hash = $1 returning session_id, expires_at)
            select s.id, s.expires_at, u.id, u.username, u.role, u.generation
            from used join dashboard.sessions s on s.id = used.session_id join dashboard.users u on u.id = s.user_id
            where used.expires_at > $2 and s.end_reason is null and s.expires_at > $2 and not u.disabled
            """);
        command.CommandTimeout = CommandTimeoutSeconds;
        command.Parameters.AddWithValue(Hash(ticket));
        command.Parameters.AddWithValue(time.GetUtcNow());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        Claim[] claims =
        [
            new("sub", row.GetString(3)),
            new("role", row.GetString(4)),
            new(PersonClaims.User, row.GetGuid(2).ToString()),
            new(PersonClaims.Session, row.GetGuid(0).ToString()),
            new(PersonClaims.Generation, row.GetInt64(5).ToString(CultureInfo.InvariantCulture)),
        ];
        return (new ClaimsIdentity(claims, scheme, "sub", "role"), row.GetFieldValue<DateTimeOffset>(1));
    }

    private static byte[] Hash(string ticket) => SHA256.HashData(Encoding.UTF8.GetBytes(ticket));
}

/// <summary>Lets in who comes with a ticket in the address; what it opens ends with the ticket's session.</summary>
public sealed class HubTicketScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, HubTickets tickets)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Name = "HubTicket";
    public const string OrBearer = JwtBearerDefaults.AuthenticationScheme + "," + Name;
    public const string Parameter = "ticket";

    private const int MaxLength = 128;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Query[Parameter].ToString() is not { Length: > 0 and <= MaxLength } ticket)
        {
            return AuthenticateResult.NoResult();
        }

        return await tickets.RedeemAsync(ticket, Name, Context.RequestAborted) is var (person, until)
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(person), new AuthenticationProperties { ExpiresUtc = until }, Name))
            : AuthenticateResult.Fail("unknown, used or too old");
    }

    // The bearer scheme says what is wrong, for both.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Task.CompletedTask;

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Task.CompletedTask;
}
