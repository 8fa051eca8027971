using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;

namespace TradingSystem.VenueEmulator.Http;

/// <summary>What a dialect answers. Only what was accepted can be lost afterwards.</summary>
public sealed record Answer(int Status, JsonNode Body, bool Accepted)
{
    public static Answer Ok(JsonNode body) => new(200, body, true);

    public static Answer Refused(int status, JsonNode body) => new(status, body, false);
}

/// <param name="Weight">Of the venue's request limit.</param>
public sealed record Route(Operation Operation, bool Signed, int Weight, Func<Call, Answer> Handle);

/// <summary>A request, read to its end.</summary>
public sealed class Call(string method, string path, string rawQuery, IQueryCollection query, IHeaderDictionary headers, string body)
{
    private JsonNode? _json;

    public string Method => method;

    public string Path => path;

    /// <summary>Without the question mark, as it was sent.</summary>
    public string RawQuery => rawQuery;

    public IQueryCollection Query => query;

    public string Body => body;

    /// <summary>Of signed requests.</summary>
    public Account Account { get; set; } = null!;

    public string? Header(string name) => headers.TryGetValue(name, out var value) ? value.ToString() : null;

    public string? this[string name] => query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>The body of a JSON dialect; null for what is not JSON.</summary>
    public JsonNode? Json
    {
        get
        {
            try
            {
                return _json ??= JsonNode.Parse(body.Length == 0 ? "{}" : body);
            }
            catch (System.Text.Json.JsonException)
            {
                return null;
            }
        }
    }
}
