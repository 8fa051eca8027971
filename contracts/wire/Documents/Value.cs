using System.Text.Json.Nodes;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>One field of a frame as people and programs are told of it.</summary>
internal sealed record Field(string Name, Value Value, bool Required, string Meaning)
{
    public static Field Must(string name, Value value, string meaning) => new(name, value, true, meaning);

    /// <summary>From a client, where JSON null counts as nothing.</summary>
    public static Field Optional(string name, Value value, string meaning) => new(name, value.Nullable(), false, meaning);

    /// <summary>From the server, which leaves it out.</summary>
    public static Field May(string name, Value value, string meaning) => new(name, value, false, meaning);

    /// <summary>A field that must not be there; told of in prose.</summary>
    public static Field Never(string name) => new(name, Value.Nothing, false, "");
}

/// <summary>What a field may hold: a JSON Schema, the same in words, and the fields within.</summary>
internal sealed record Value(string Words, JsonObject Schema, IReadOnlyList<Field>? Fields = null)
{
    public const string UuidPattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
    public const string TimePattern = Rfc3339.Pattern;
    public const string DecimalPattern = "^[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$";
    public const string SymbolPattern = "^[A-Za-z0-9_./-]*$";

    public static readonly Value Nothing = new("", new() { ["type"] = "null" });

    public static readonly Value Flag = new("true or false", new() { ["type"] = "boolean" });

    public static readonly Value Uuid = new("uuid", new() { ["type"] = "string", ["format"] = "uuid", ["pattern"] = UuidPattern });

    public static readonly Value Time = new("ISO 8601 time with offset", new() { ["type"] = "string", ["format"] = "date-time", ["pattern"] = TimePattern });

    /// <summary>From the server: a plain JSON number.</summary>
    public static readonly Value Number = new("number", new() { ["type"] = "number" });

    public static readonly Value AnyText = new("text", new() { ["type"] = "string" });

    public static readonly Value AnyObject = new("object", new() { ["type"] = "object" });

    public static readonly Value AnyArray = new("array", new() { ["type"] = "array" });

    public bool IsList => (string?)(Schema["type"] as JsonValue) == "array" || (Schema["type"] as JsonArray)?.Any(t => (string?)t == "array") == true;

    public static Value Text(int min, int max) =>
        new(min == 0 ? $"text of at most {max} characters" : $"text of {min} to {max} characters", TextSchema(min, max));

    public static Value Symbol(int max)
    {
        var schema = TextSchema(1, max);
        schema["pattern"] = SymbolPattern;
        return new($"1 to {max} letters, digits and `_-./`", schema);
    }

    public static Value Const(JsonNode value) => new($"`{value.ToJsonString()}`", new() { ["const"] = value });

    public static Value OneOf(params IEnumerable<string> words) =>
        new(string.Join(", ", words.Select(w => $"`{w}`")), new() { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) });

    public static Value Whole(long min, long? max = null)
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = min };
        if (max is { } limit)
        {
            schema["maximum"] = limit;
        }

        return new(max is null ? "whole number" : $"whole number {min} to {max}", schema);
    }

    /// <summary>From a client: a number or a decimal string. A schema cannot tell the size of a string's number.</summary>
    public static Value Amount(decimal min, decimal max) => new(
        max == Validation.FieldLimits.MaxAmount ? "decimal" : $"decimal {min} to {max}",
        new()
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["type"] = "number", ["minimum"] = min, ["maximum"] = max },
                new JsonObject { ["type"] = "string", ["pattern"] = DecimalPattern }),
        });

    public static Value TextOrNumber(int max) => new(
        $"number, or text of at most {max} characters",
        new() { ["anyOf"] = new JsonArray(TextSchema(0, max), new JsonObject { ["type"] = "number" }) });

    public static Value List(Value of, int min = 0, int? max = null)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = of.Schema.DeepClone() };
        if (min > 0)
        {
            schema["minItems"] = min;
        }

        if (max is { } limit)
        {
            schema["maxItems"] = limit;
        }

        var count = max is null ? "" : min == 0 ? $" of at most {max}" : $" of {min} to {max}";
        return new(of.Fields is null ? $"list{count}: {of.Words}" : $"list{count}", schema, of.Fields);
    }

    /// <summary>An object; fields it does not name are allowed, so that more can be added.</summary>
    public static Value Object(IReadOnlyList<Field> fields, params IReadOnlyList<JsonObject> rules)
    {
        var properties = new JsonObject();
        foreach (var field in fields)
        {
            properties[field.Name] = field.Value.Schema.DeepClone();
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (fields.Any(f => f.Required))
        {
            schema["required"] = new JsonArray([.. fields.Where(f => f.Required).Select(f => (JsonNode)f.Name)]);
        }

        if (rules.Count > 0)
        {
            schema["allOf"] = new JsonArray([.. rules.Select(r => r.DeepClone())]);
        }

        return new("object", schema, fields);
    }

    /// <summary>An object of a client that may have no other fields.</summary>
    public Value Closed()
    {
        var schema = (JsonObject)Schema.DeepClone();
        schema["additionalProperties"] = false;
        return this with { Schema = schema };
    }

    /// <summary>JSON encoded as a string.</summary>
    public static Value JsonText(Value content) => new(
        "JSON object encoded as a string",
        new() { ["type"] = "string", ["contentMediaType"] = "application/json", ["contentSchema"] = content.Schema.DeepClone() },
        content.Fields);

    public Value OrNull() => Nullable() with { Words = Words + " or null" };

    /// <summary>The same, or JSON null, which from a client is the same as nothing and needs no word.</summary>
    public Value Nullable()
    {
        var schema = (JsonObject)Schema.DeepClone();
        switch (schema)
        {
            case var _ when schema["type"] is JsonValue type && (string?)type != "null":
                schema["type"] = new JsonArray((string)type!, "null");
                break;
            case var _ when schema["enum"] is JsonArray words:
                words.Add(null);
                break;
            case var _ when schema["anyOf"] is JsonArray choices:
                choices.Add(new JsonObject { ["type"] = "null" });
                break;
            case var _ when schema["const"] is { } only:
                schema = new() { ["enum"] = new JsonArray(only.DeepClone(), null) };
                break;
        }

        return this with { Schema = schema };
    }

    private static JsonObject TextSchema(int min, int max)
    {
        var schema = new JsonObject { ["type"] = "string", ["maxLength"] = max };
        if (min > 0)
        {
            schema["minLength"] = min;
        }

        return schema;
    }
}
