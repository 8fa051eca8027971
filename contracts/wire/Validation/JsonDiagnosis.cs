using System.Text;
using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>Finds the place in refused JSON that a person would want to be told. Runs for bad frames only.</summary>
internal static class JsonDiagnosis
{
    private static readonly byte[][] NotNumbers = ["NaN"u8.ToArray(), "Infinity"u8.ToArray(), "-Infinity"u8.ToArray()];

    public static FieldError Explain(ReadOnlySpan<byte> json, string root)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4096 });
        var levels = new Stack<Level>();
        var consumed = 0L;
        try
        {
            while (reader.Read())
            {
                consumed = reader.BytesConsumed;
                if (Next(ref reader, levels, root) is { } fault)
                {
                    return fault;
                }
            }
        }
        catch (JsonException)
        {
            var rest = json[(int)consumed..].TrimStart(" \t\r\n:,"u8);
            foreach (var word in NotNumbers)
            {
                if (rest.StartsWith(word))
                {
                    return new(Path(levels, root), "finite number", Encoding.ASCII.GetString(word));
                }
            }
        }
        catch (InvalidOperationException)
        {
            return new(Path(levels, root), "valid Unicode", "lone surrogate");
        }

        return new(root, "valid JSON", FieldError.Shorten(json));
    }

    private static FieldError? Next(ref Utf8JsonReader reader, Stack<Level> levels, string root)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                var level = levels.Peek();
                level.Name = null;
                var name = reader.GetString()!;
                level.Name = name;
                return level.Names!.Add(name) ? null : new(Path(levels, root), "no duplicate key", FieldError.Shorten(name));
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                if (levels.Count >= StrictJson.MaxDepth)
                {
                    return new(root, $"at most {StrictJson.MaxDepth} levels", "deeper");
                }

                levels.Push(new Level(reader.TokenType == JsonTokenType.StartObject ? [] : null));
                return null;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                levels.Pop();
                break;
        }

        if (levels.TryPeek(out var parent))
        {
            parent.Index++;
        }

        return null;
    }

    private static string Path(Stack<Level> levels, string root)
    {
        var path = "";
        foreach (var level in levels.Reverse())
        {
            path = FieldError.Join(path, level.Names is null ? $"[{level.Index}]" : FieldError.Shorten(level.Name ?? ""));
        }

        return path.Length == 0 ? root : FieldError.Join(root, path);
    }

    private sealed class Level(HashSet<string>? names)
    {
        /// <summary>Null for an array.</summary>
        public HashSet<string>? Names { get; } = names;

        public string? Name { get; set; }

        public int Index { get; set; }
    }
}
