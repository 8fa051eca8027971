using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>One query parameter of a route.</summary>
/// <param name="Name">As the document names it.</param>
/// <param name="Rule">The rule that a value breaks; null for a good one.</param>
public sealed record QueryParameter(string Name, Func<string, string?> Rule);

/// <summary>The query parameters that a route takes, and what their values may be, by its handler's signature.</summary>
public static class QueryParameters
{
    /// <summary>None of a route without a handler of its own.</summary>
    /// <exception cref="InvalidOperationException">A parameter is of a type whose rule nobody knows.</exception>
    public static QueryParameter[] Of(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<MethodInfo>() is { } handler
            ? [.. handler.GetParameters().SelectMany(p => Of(p, (endpoint as RouteEndpoint)?.RoutePattern.GetParameter(p.Name!) is not null))]
            : [];

    private static IEnumerable<QueryParameter> Of(ParameterInfo parameter, bool isInRoute)
    {
        if (parameter.IsDefined(typeof(AsParametersAttribute)))
        {
            return parameter.ParameterType.GetProperties().Where(p => p.CanWrite).SelectMany(p => Of(p, p.Name, p.PropertyType, isInRoute: false));
        }

        return Of(parameter, parameter.Name!, parameter.ParameterType, isInRoute);
    }

    private static IEnumerable<QueryParameter> Of(ICustomAttributeProvider parameter, string name, Type type, bool isInRoute)
    {
        var attributes = parameter.GetCustomAttributes(inherit: true);
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (attributes.OfType<IFromQueryMetadata>().FirstOrDefault() is { } query)
        {
            return [new(query.Name ?? name, RuleOf(type, attributes))];
        }

        var isElsewhere = isInRoute
            || attributes.Any(a => a is IFromRouteMetadata or IFromHeaderMetadata or IFromBodyMetadata or IFromServiceMetadata or IFromFormMetadata);
        return !isElsewhere && IsText(type) ? [new(name, RuleOf(type, attributes))] : [];
    }

    /// <summary>What is bound from text; anything else is a service, a body, or the request itself.</summary>
    private static bool IsText(Type type) =>
        type == typeof(string) || type == typeof(string[]) || type.IsEnum
            || type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>));

    private static Func<string, string?> RuleOf(Type type, object[] attributes)
    {
        if (type == typeof(string))
        {
            // Any other word would find nothing and look like an answer.
            return attributes.OfType<WordsAttribute>().FirstOrDefault() is { } words ? Among([.. words.Words]) : static _ => null;
        }

        if (type == typeof(Guid))
        {
            return static text => Guid.TryParse(text, out _) ? null : "a UUID";
        }

        if (type == typeof(int) && attributes.OfType<RangeAttribute>().FirstOrDefault() is { Minimum: int least, Maximum: int most })
        {
            var rule = $"an integer from {least} to {most}";
            return text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? null : rule;
        }

        if (type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IQueryValue<>)))
        {
            return typeof(QueryParameters).GetMethod(nameof(Own), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).CreateDelegate<Func<string, string?>>();
        }

        throw new InvalidOperationException($"No rule says what a query parameter of type {type.Name} may be: give it one of {nameof(IQueryValue<>)}, or an int its [Range].");
    }

    private static Func<string, string?> Among(string[] words) => text => words.Contains(text) ? null : Nearest.Rule("unknown value", text, words);

    private static string? Own<T>(string text)
        where T : struct, IQueryValue<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out _) ? null : T.Rule;
}
