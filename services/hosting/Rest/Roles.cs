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

    /// <summary>Steers trading: pause, kill, close, cancel, protect, limits.</summary>
    public const string Trader = "trader";

    /// <summary>Decides who may do what: users, tokens, accounts with their keys, live trading.</summary>
    public const string Admin = "admin";

    /// <summary>From the one that may least to the one that may most.</summary>
    public static readonly IReadOnlyList<string> All = [Viewer, Trader, Admin];

    /// <summary>The route is for people of this role or one that may more; anybody else gets 401 without a token and 403 with one.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder routes, string role)
        where TBuilder : IEndpointConventionBuilder =>
        routes.RequireAuthorization(role);

    /// <summary>The role that the route names; null for one that anybody may ask, or that checks a credential of its own.</summary>
    public static string? RequiredRole(this Endpoint? endpoint) => endpoint is null ? null : RequiredRole([.. endpoint.Metadata]);

    /// <summary>The same from a route's metadata.</summary>
    public static string? RequiredRole(IEnumerable<object> metadata) =>
        metadata.OfType<IAllowAnonymous>().Any() ? null : metadata.OfType<IAuthorizeData>().Select(a => a.Policy).LastOrDefault(p => p is not null && All.Contains(p));

    /// <summary>One policy a role, by its name.</summary>
    internal static void AddRolePolicies(this AuthorizationBuilder authorization)
    {
        for (var i = 0; i < All.Count; i++)
        {
            string[] allowed = [.. All.Skip(i)];
            authorization.AddPolicy(All[i], p => p.RequireAuthenticatedUser().RequireClaim("role", allowed));
        }
    }
}
