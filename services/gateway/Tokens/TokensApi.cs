using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Tokens;

/// <summary>A fresh token. This answer is the only place where the secret ever appears.</summary>
public sealed record IssuedToken(Guid Id, string Token, DateTimeOffset CreatedAt);

/// <summary>A token without its secret.</summary>
public sealed record TokenView(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary><c>…/{id}/tokens</c> of groups and triggers.</summary>
public static class TokensApi
{
    public static void MapTokens(this RouteGroupBuilder owners, string ownerKind, string ownerName, Func<GatewayDb, Guid, CancellationToken, Task<bool>> exists)
    {
        owners.MapGet("/{id:guid}/tokens", async (GatewayDb db, Guid id, [AsParameters] ListQuery list, CancellationToken cancellationToken) =>
        {
            var rows = await db.Tokens.AsNoTracking()
                .Where(t => t.OwnerId == id && t.OwnerKind == ownerKind && t.Seq < list.Before)
                .OrderByDescending(t => t.Seq).Take(list.Take).ToListAsync(cancellationToken);
            return TypedResults.Ok(list.Page(rows, t => t.Seq, t => new TokenView(t.Id, t.CreatedAt, t.RevokedAt)));
        }).RequireRole(Roles.Viewer).Operation($"list{ownerName}Tokens", "Its tokens, newest first, without their secrets");
        owners.MapPost(
            "/{id:guid}/tokens",
            async Task<Results<Created<IssuedToken>, NotFoundError>> (
                HttpContext context, GatewayDb db, TimeProvider time, Guid id, CancellationToken cancellationToken) =>
        {
            if (!await exists(db, id, cancellationToken))
            {
                return RestError.NotFound(id);
            }

            var secret = TokenSecrets.Create(ownerKind);
            var now = time.GetUtcNow();
            var token = new TokenRow { Id = Guid.CreateVersion7(now), OwnerKind = ownerKind, OwnerId = id, Hash = BotToken.Hash(secret)!, CreatedAt = now };
            db.Tokens.Add(token);
            await db.SaveChangesAsync(cancellationToken);
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Created($"{context.Request.Path}/{token.Id}", new IssuedToken(token.Id, secret, now));
        }).RequireRole(Roles.Admin).Operation($"create{ownerName}Token", "Makes a token; its secret is in this answer alone");
        owners.MapDelete(
            "/{id:guid}/tokens/{tokenId:guid}",
            async Task<Results<NoContent, NotFoundError>> (
                GatewayDb db, SessionRegistry sessions, TimeProvider time, Guid id, Guid tokenId, CancellationToken cancellationToken) =>
        {
            var now = time.GetUtcNow();
            var known = await db.Tokens.AnyAsync(t => t.Id == tokenId && t.OwnerId == id && t.OwnerKind == ownerKind, cancellationToken);
            if (!known)
            {
                return RestError.NotFound(tokenId);
            }

            await db.Tokens.Where(t => t.Id == tokenId && t.RevokedAt == null).ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, now), cancellationToken);
            sessions.CloseToken(tokenId, CloseCodes.TokenRevoked);
            return TypedResults.NoContent();
        }).RequireRole(Roles.Admin).Operation($"revoke{ownerName}Token", "Revokes a token and closes its session");
    }
}
