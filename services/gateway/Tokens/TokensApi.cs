using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Api;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting;
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
        owners.MapGet("/{id:guid}/tokens", async Task<IResult> (GatewayDb db, Guid id, string? limit, string? cursor, CancellationToken cancellationToken) =>
        {
            var (take, before, wrong) = ListQuery.Read(limit, cursor);
            if (wrong is not null)
            {
                return wrong;
            }

            var rows = await db.Tokens.AsNoTracking()
                .Where(t => t.OwnerId == id && t.OwnerKind == ownerKind && t.Seq < before)
                .OrderByDescending(t => t.Seq).Take(take + 1).ToListAsync(cancellationToken);
            return TypedResults.Ok(Paging.Cut(rows, take, t => t.Seq, t => new TokenView(t.Id, t.CreatedAt, t.RevokedAt)));
        }).RequireRole(Roles.Viewer).Operation($"list{ownerName}Tokens", "Its tokens, newest first, without their secrets").Produces<Page<TokenView>>();
        owners.MapPost("/{id:guid}/tokens", async Task<IResult> (HttpContext context, GatewayDb db, TimeProvider time, Guid id, CancellationToken cancellationToken) =>
        {
            if (!await exists(db, id, cancellationToken))
            {
                return ApiErrors.NotFound(id);
            }

            var secret = TokenSecrets.Create(ownerKind);
            var now = time.GetUtcNow();
            var token = new TokenRow { Id = Guid.CreateVersion7(now), OwnerKind = ownerKind, OwnerId = id, Hash = BotToken.Hash(secret)!, CreatedAt = now };
            db.Tokens.Add(token);
            await db.SaveChangesAsync(cancellationToken);
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Created($"{context.Request.Path}/{token.Id}", new IssuedToken(token.Id, secret, now));
        }).RequireRole(Roles.Admin).Operation($"create{ownerName}Token", "Makes a token; its secret is in this answer alone").Produces<IssuedToken>(201).Produces<ApiError>(404);
        owners.MapDelete("/{id:guid}/tokens/{tokenId:guid}", async Task<IResult> (GatewayDb db, SessionRegistry sessions, TimeProvider time, Guid id, Guid tokenId, CancellationToken cancellationToken) =>
        {
            var now = time.GetUtcNow();
            var known = await db.Tokens.AnyAsync(t => t.Id == tokenId && t.OwnerId == id && t.OwnerKind == ownerKind, cancellationToken);
            if (!known)
            {
                return ApiErrors.NotFound(tokenId);
            }

            await db.Tokens.Where(t => t.Id == tokenId && t.RevokedAt == null).ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, now), cancellationToken);
            sessions.CloseToken(tokenId, CloseCodes.TokenRevoked);
            return TypedResults.NoContent();
        }).RequireRole(Roles.Admin).Operation($"revoke{ownerName}Token", "Revokes a token and closes its session").Produces(204).Produces<ApiError>(404);
    }
}
