using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>Metadata of a route that may be asked with any query; says why.</summary>
public sealed record AnyQuery(string Why);

/// <summary>
/// Refuses a query parameter that the route's handler does not take: who filters with a name that nobody reads gets more than was asked
/// for, and does not see it. Every route is held to its handler's own parameters unless it says <see cref="AnyQuery"/>, so none can forget it.
/// </summary>
public static class QueryGuard
{
    private static readonly ConditionalWeakTable<Endpoint, string[]> Names = [];

    /// <summary>Behind authorization, so that nobody learns of parameters who may not use them.</summary>
    public static void UseQueryGuard(this IApplicationBuilder app) =>
        app.Use((context, next) => Refusal(context) is { } refusal ? refusal.ExecuteAsync(context) : next(context));

    private static IResult? Refusal(HttpContext context)
    {
        if (context.Request.Query.Count == 0 || context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<AnyQuery>() is not null)
        {
            return null;
        }

        var known = Names.GetValue(endpoint, QueryParameters.Of);
        List<FieldError>? errors = null;
        foreach (var (name, value) in context.Request.Query)
        {
            // As the handler's parameters are bound: whatever the case.
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                (errors ??= []).Add(new(FieldError.Shorten(name), Nearest.Rule("unknown parameter", name, known), FieldError.Shorten(value.ToString())));
            }
        }

        return errors is null ? null : ApiError.Validation(errors);
    }
}
