using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace TradingSystem.Hosting.Rest;

/// <summary>The query parameters that a route takes, by its handler's signature.</summary>
public static class QueryParameters
{
    /// <summary>None of a route without a handler of its own.</summary>
    public static string[] Of(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<MethodInfo>() is { } handler
            ? [.. handler.GetParameters().Select(p => Name(p, (endpoint as RouteEndpoint)?.RoutePattern.GetParameter(p.Name!) is not null)).OfType<string>()]
            : [];

    private static string? Name(ParameterInfo parameter, bool isInRoute)
    {
        if (parameter.GetCustomAttributes().OfType<IFromQueryMetadata>().FirstOrDefault() is { } query)
        {
            return query.Name ?? parameter.Name;
        }

        var isElsewhere = isInRoute || parameter.GetCustomAttributes().Any(a => a is IFromRouteMetadata or IFromHeaderMetadata or IFromBodyMetadata or IFromServiceMetadata or IFromFormMetadata);
        return !isElsewhere && IsText(parameter.ParameterType) ? parameter.Name : null;
    }

    /// <summary>What is bound from text; anything else is a service, a body, or the request itself.</summary>
    private static bool IsText(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type == typeof(string[]) || type.IsEnum
            || type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>));
    }
}
