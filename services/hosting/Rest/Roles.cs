using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace TradingSystem.Hosting.Rest;

/// <summary>What a person may do. Each role may do what those before it may; the claim <c>role</c> of a person's token names one.</summary>
public static class Roles
{
    /// <summary>Reads everything that people may see.</summary>
    public const string Viewer = "viewer";

    /// <summary>Steers trading: pause, kill, close, cancel, protect, limits, rules.</summary>
    public const string Trader = "trader";

    /// <summary>Decides who may do what: users, tokens, accounts with their keys, live trading.</summary>
    public const string Admin = "admin";

    /// <summary>No person's: a trading group's own token, which opens what says <see cref="GroupAccess"/> and nothing else.</summary>
    public const string Group = "group";

    /// <summary>No person's: the front, which asks another service for itself.</summary>
    public const string Front = "front";

    /// <summary>People's, from the one that may least to the one that may most.</summary>
    public static readonly IReadOnlyList<string> All = [Viewer, Trader, Admin];

    /// <summary>Whom to write down as the one who did it. A route with a role wants a token, so there is always a name.</summary>
    public static string Actor(this ClaimsPrincipal user) => user.Identity?.Name ?? "unknown";

    /// <summary>The route is for people of this role or one that may more; anybody else gets 401 without a token and 403 with one.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder routes, string role)
        where TBuilder : IEndpointConventionBuilder =>
        routes.RequireAuthorization(role);

    /// <summary>The role that the route names; null for one that anybody may ask, or that checks a credential of its own.</summary>
    public static string? RequiredRole(this Endpoint? endpoint) => endpoint is null ? null : RequiredRole([.. endpoint.Metadata]);

    /// <summary>The same from a route's metadata.</summary>
    public static string? RequiredRole(IEnumerable<object> metadata) =>
        metadata.OfType<IAllowAnonymous>().Any()
            ? null
            : metadata.OfType<IAuthorizeData>().Select(a => a.Policy).LastOrDefault(p => p is not null && (p == Front || All.Contains(p)));

    /// <summary>The role and those that may more.</summary>
    public static IReadOnlyList<string> AtLeast(string role) => All.Contains(role) ? [.. All.SkipWhile(r => r != role)] : [role];

    /// <summary>One policy a role, by its name.</summary>
    internal static void AddRolePolicies(this AuthorizationBuilder authorization)
    {
        foreach (var role in All.Append(Front))
        {
            var allowed = AtLeast(role);
            authorization.AddPolicy(
                role,
                p => p.RequireAuthenticatedUser().RequireAssertion(context => allowed.Any(r => context.User.HasClaim("role", r)) || (role == Viewer && IsGroupAtItsRoute(context))));
        }
    }

    private static bool IsGroupAtItsRoute(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint().AllowsGroup() && GroupClaims.GroupOf(context.User) is not null;
}
