using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Groups;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Tokens;

/// <summary>What a connection request's credentials come to: an identity, or why not.</summary>
public sealed record TokenCheck(Identity? Identity, CloseReason? Refusal);

/// <summary>Checks the token of a connection request with one look into the database.</summary>
public sealed class TokenLookup(IDbContextFactory<GatewayDb> database, GroupDirectory directory)
{
    private const string GroupParameter = "trading_group_token";
    private const string TriggerParameter = "trigger_token";
    private const string BearerPrefix = "Bearer ";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    public async Task<TokenCheck> CheckAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var group = request.Query[GroupParameter];
        var trigger = request.Query[TriggerParameter];
        var header = request.Headers.Authorization.ToString();
        var bearer = header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? header[BearerPrefix.Length..].Trim() : "";
        var given = group.Count + trigger.Count + (bearer.Length > 0 ? 1 : 0);
        if (given != 1)
        {
            return new(null, given == 0 ? CloseCodes.NoToken : CloseCodes.BothTokens);
        }

        var secret = group.Count > 0 ? group.ToString() : trigger.Count > 0 ? trigger.ToString() : bearer;
        if (secret.Length == 0)
        {
            return new(null, CloseCodes.NoToken);
        }

        var role = group.Count > 0 ? OwnerKinds.Group : trigger.Count > 0 ? OwnerKinds.Trigger : null;
        return TokenSecrets.Hash(secret) is { } hash
            ? await FindAsync(hash, role, cancellationToken)
            : new(null, CloseCodes.InvalidToken);
    }

    private async Task<TokenCheck> FindAsync(byte[] hash, string? role, CancellationToken cancellationToken)
    {
        if (!directory.IsLoaded)
        {
            return new(null, CloseCodes.Unavailable);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await using var db = await database.CreateDbContextAsync(deadline.Token);
            var token = await db.Tokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash && t.RevokedAt == null, deadline.Token);
            if (token is null || (role is not null && token.OwnerKind != role))
            {
                return new(null, CloseCodes.InvalidToken);
            }

            await LoadOwnerAsync(db, token, deadline.Token);
            return new(new Identity(token.Id, token.OwnerKind, token.OwnerId), null);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            return new(null, CloseCodes.Unavailable);
        }
    }

    /// <summary>An owner that another node created a moment ago may not have reached this one.</summary>
    private async Task LoadOwnerAsync(GatewayDb db, TokenRow token, CancellationToken cancellationToken)
    {
        if (token.OwnerKind == OwnerKinds.Group && directory.Group(token.OwnerId) is null)
        {
            directory.Put(GroupDirectory.Config(await db.Groups.AsNoTracking().Include(g => g.Members).SingleAsync(g => g.Id == token.OwnerId, cancellationToken)));
        }
        else if (token.OwnerKind == OwnerKinds.Trigger && directory.Trigger(token.OwnerId) is null)
        {
            directory.Put(await db.Triggers.AsNoTracking().SingleAsync(t => t.Id == token.OwnerId, cancellationToken));
        }
    }
}
