using System.Text.Json.Nodes;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>The protocol as AsyncAPI 3. Operations are seen from the server: it receives what clients send.</summary>
public static class AsyncApi
{
    private const string Channel = "events";

    private static readonly Lazy<string> Document = new(() => JsonSchemas.Text(Build()));

    public static string Write() => Document.Value;

    private static JsonObject Build() => new()
    {
        ["asyncapi"] = "3.0.0",
        ["info"] = new JsonObject
        {
            ["title"] = "TradingSystem event gateway",
            ["version"] = "1.0.0",
            ["description"] = "Signals in, decisions out, orders back, over one WebSocket. Two dialects of one protocol: frames with `type` (2) and frames with `kind` (3).",
        },
        ["defaultContentType"] = "application/json",
        ["servers"] = new JsonObject { ["local"] = new JsonObject { ["host"] = "localhost:8000", ["protocol"] = "ws" } },
        ["channels"] = new JsonObject
        {
            [Channel] = new JsonObject
            {
                ["address"] = Addresses.Events,
                ["messages"] = Map(s => Ref($"#/components/messages/{s.Name}"), FrameCatalog.All),
                ["bindings"] = new JsonObject { ["ws"] = new JsonObject { ["method"] = "GET", ["query"] = Query(), ["bindingVersion"] = "0.1.0" } },
            },
        },
        ["operations"] = new JsonObject
        {
            ["receiveType"] = Operation("receive", Dialect.Type, true, "Frames from clients with `type`."),
            ["receiveKind"] = Operation("receive", Dialect.Kind, true, "Frames from clients with `kind`."),
            ["sendType"] = Operation("send", Dialect.Type, false, "Frames to clients that speak protocol 2."),
            ["sendKind"] = Operation("send", Dialect.Kind, false, "Frames to clients that speak protocol 3."),
        },
        ["components"] = new JsonObject { ["messages"] = Map(Message, FrameCatalog.All) },
    };

    private static JsonObject Query() => Value.Object([
        Field.May("trading_group_token", Value.AnyText, ""),
        Field.May("trigger_token", Value.AnyText, ""),
        Field.May("ticket", Value.AnyText, ""),
        Field.May("features", Value.AnyText, ""),
        Field.May(MarketFeature.CandlesParameter, Value.Whole(1, MarketFeature.MaxCandles), ""),
        Field.May("resume_from", Value.Whole(0), ""),
        Field.May("protocol", Value.OneOf("2", "3"), ""),
    ]).Schema;

    private static JsonObject Operation(string action, Dialect dialect, bool fromClient, string summary) => new()
    {
        ["action"] = action,
        ["summary"] = summary,
        ["channel"] = Ref($"#/channels/{Channel}"),
        ["messages"] = new JsonArray([.. FrameCatalog.Of(dialect, fromClient).Select(s => (JsonNode)Ref($"#/channels/{Channel}/messages/{s.Name}"))]),
    };

    private static JsonObject Message(FrameShape shape) => new()
    {
        ["name"] = shape.Name,
        ["title"] = shape.Title,
        ["summary"] = shape.Summary,
        ["payload"] = shape.Schema,
        ["examples"] = new JsonArray([.. shape.ExampleTexts.Select(e => (JsonNode)new JsonObject { ["payload"] = JsonNode.Parse(e) })]),
    };

    private static JsonObject Map(Func<FrameShape, JsonObject> value, IEnumerable<FrameShape> shapes)
    {
        var map = new JsonObject();
        foreach (var shape in shapes)
        {
            map[shape.Name] = value(shape);
        }

        return map;
    }

    private static JsonObject Ref(string to) => new() { ["$ref"] = to };
}
