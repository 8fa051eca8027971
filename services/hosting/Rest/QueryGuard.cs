using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>Metadata of a route that may be asked with any query; says why.</summary>
public sealed record AnyQuery(string Why);

/// <summary>
/// Refuses a query parameter that the route's handler does not take, and a value that its parameter may not have: who filters with a name or a
/// word that nobody knows gets more or less than was asked for, and does not see it. Every route is held to its handler's own parameters unless it
/// says <see cref="AnyQuery"/>, so none can forget it, and a handler only ever sees values that keep their rules.
/// </summary>
public static class QueryGuard
{
    private static readonly ConditionalWeakTable<Endpoint, QueryParameter[]> Known = [];

    /// <summary>Behind authorization, so that nobody learns of parameters who may not use them.</summary>
    public static void UseQueryGuard(this IApplicationBuilder app) =>
        app.Use((context, next) => Refusal(context) is { } refusal ? refusal.ExecuteAsync(context) : next(context));

    private static RestError? Refusal(HttpContext context)
    {
        if (context.Request.Query.Count == 0 || context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<AnyQuery>() is not null)
        {
            return null;
        }

        var known = Known.GetValue(endpoint, QueryParameters.Of);
        List<FieldError>? faults = null;
        foreach (var (name, values) in context.Request.Query)
        {
            var value = values.ToString();
            // As the handler's parameters are bound: whatever the case.
            if (Array.Find(known, p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } parameter)
            {
                (faults ??= []).Add(new(FieldError.Shorten(name), Nearest.Rule("unknown parameter", name, [.. known.Select(p => p.Name)]), FieldError.Shorten(value)));
            }
            else if (parameter.Rule(value) is { } rule)
            {
                (faults ??= []).Add(new(parameter.Name, rule, FieldError.Shorten(value)));
            }
        }

        return faults is null ? null : RestError.Invalid(faults);
    }
}
