using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting.BotTokens;

namespace TradingSystem.Gateway.Tokens;

/// <summary>From a credential to the token's hash, and from a token to its owner.</summary>
public sealed class TokenLookup(IDbContextFactory<GatewayDb> database, Tickets tickets, GroupDirectory directory)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    public async Task<(byte[]? Hash, CloseReason? Refusal)> HashAsync(ConnectRequest request, CancellationToken cancellationToken)
    {
        if (!directory.IsLoaded)
        {
            return (null, CloseCodes.Unavailable);
        }

        if (request.Ticket is null)
        {
            return BotToken.Hash(request.Secret!) is { } hash ? (hash, null) : (null, CloseCodes.InvalidToken);
        }

        try
        {
            return await tickets.RedeemAsync(request.Ticket, cancellationToken) is { } token ? (token, null) : (null, CloseCodes.InvalidToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            return (null, CloseCodes.Unavailable);
        }
    }

    /// <summary>An owner that another node created a moment ago may not have reached this one. False if it cannot be had.</summary>
    public async Task<bool> LoadOwnerAsync(Identity identity, CancellationToken cancellationToken)
    {
        if (identity.IsGroup ? directory.Group(identity.OwnerId) is not null : directory.Trigger(identity.OwnerId) is not null)
        {
            return true;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await using var db = await database.CreateDbContextAsync(deadline.Token);
            if (identity.IsGroup)
            {
                directory.Put(GroupDirectory.Config(await db.Groups.AsNoTracking().Include(g => g.Members).SingleAsync(g => g.Id == identity.OwnerId, deadline.Token)));
            }
            else
            {
                directory.Put(await db.Triggers.AsNoTracking().SingleAsync(t => t.Id == identity.OwnerId, deadline.Token));
            }

            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }
}
