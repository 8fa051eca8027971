using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TradingSystem.Hosting.Rest;

/// <summary>Metadata of a route that a trading group's own token opens beside people's.</summary>
/// <param name="SameForAll">Why its answer is no group's own; null where the handler narrows it with a <see cref="GroupScope"/>.</param>
public sealed record GroupAccess(string? SameForAll);

/// <summary>What a trading group's token says beside <c>role</c>, which is <see cref="Roles.Group"/>.</summary>
public static class GroupClaims
{
    public const string Group = "gid";

    /// <summary>The id of the bot's token that it stands for.</summary>
    public const string Token = "tid";

    /// <summary>Null for anybody else's token, and for one that does not say which group's it is.</summary>
    public static Guid? GroupOf(ClaimsPrincipal caller) =>
        IsGroup(caller) && Guid.TryParse(caller.FindFirstValue(Group), out var id) ? id : null;

    public static bool IsGroup(ClaimsPrincipal caller) => caller.HasClaim("role", Roles.Group);
}

/// <summary>Opens routes to trading groups. A route that says nothing is closed to them.</summary>
public static class GroupAccessRoutes
{
    /// <summary>
    /// A group's token opens the route, whose handler binds a <see cref="GroupScope"/> and asks it. One that answered without having
    /// asked fails instead: nobody's rows leave because somebody forgot.
    /// </summary>
    public static TBuilder AllowGroup<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new GroupAccess(null)).AddEndpointFilter(async (context, next) =>
        {
            var answer = await next(context);
            var result = answer is INestedHttpResult union ? union.Result : answer;
            var isRefusal = result is IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest };
            return isRefusal || GroupScope.Of(context.HttpContext).MayAnswer
                ? answer
                : throw new InvalidOperationException($"{context.HttpContext.GetEndpoint()?.DisplayName} answered a trading group without asking what it may see.");
        });

    /// <summary>A group's token opens the route, whose answer is the same whoever asks.</summary>
    public static TBuilder AllowGroup<TBuilder>(this TBuilder route, string sameForAll)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new GroupAccess(sameForAll));

    public static bool AllowsGroup(this Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<GroupAccess>() is not null;
}
