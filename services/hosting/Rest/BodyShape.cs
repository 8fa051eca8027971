using System.Text.Json;

namespace TradingSystem.Hosting.Rest;

/// <summary>The names of a body's fields on the wire, from the type that describes it: what the document promises is what the reader knows.</summary>
public static class BodyShape
{
    /// <summary>In the order in which they are declared.</summary>
    public static string[] FieldsOf<T>() => [.. typeof(T).GetProperties().Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name))];
}
