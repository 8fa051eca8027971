using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TradingSystem.Hosting.BotTokens;

/// <summary>What becomes of a bot's token that a request carries in its header.</summary>
public enum BotTokenUse
{
    /// <summary>The route is anybody's: the token is taken off, so that it goes no further than it must.</summary>
    Dropped,

    /// <summary>It is exchanged for one that says whose it is; the route decides whether that may ask.</summary>
    Exchanged,

    /// <summary>The route checks it itself.</summary>
    TakenAsIs,

    /// <summary>The route is about a person's session, although it needs no person's token.</summary>
    Refused,
}

/// <summary>Metadata of a route that says by itself what becomes of a bot's token.</summary>
public sealed record BotTokenRoute(BotTokenUse Use);

public static class BotTokenRoutes
{
    public static TBuilder WithBotTokens<TBuilder>(this TBuilder route, BotTokenUse use)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new BotTokenRoute(use));

    /// <summary>A route that says nothing follows from its authorization.</summary>
    public static BotTokenUse UseOfBotTokens(this Endpoint? endpoint) =>
        endpoint is null ? BotTokenUse.Dropped
        : endpoint.Metadata.GetMetadata<BotTokenRoute>()?.Use
            ?? (endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null ? BotTokenUse.Exchanged : BotTokenUse.Dropped);
}
