using System.Reflection;
using System.Text.Json;

namespace TradingSystem.Hosting.Rest;

/// <summary>What a body may have, from the type that describes it: what the document promises is what the reader knows.</summary>
/// <param name="Known">Its fields' names on the wire, in the order in which they are declared, and behind them those that are refused with words of
/// their own.</param>
/// <param name="MayBeNull">Of them, those that may be null.</param>
/// <param name="Terms">How it is read.</param>
public sealed record BodyShape(string[] Known, string[] MayBeNull, BodyTermsAttribute Terms)
{
    /// <summary>The names of an object's fields on the wire, in the order in which they are declared.</summary>
    public static string[] FieldsOf<T>() => [.. typeof(T).GetProperties().Select(Wire)];

    public static BodyShape Of(Type type)
    {
        var terms = type.GetCustomAttribute<BodyTermsAttribute>() ?? new BodyTermsAttribute();
        var properties = type.GetProperties();
        var nulls = type.GetCustomAttribute<NoNullsAttribute>() is { } none ? properties.Where(p => none.Except.Contains(p.Name)) : properties;
        return new([.. properties.Select(Wire), .. terms.Refused], [.. nulls.Select(Wire)], terms);
    }

    private static string Wire(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}
