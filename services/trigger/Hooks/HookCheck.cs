using System.Globalization;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Trigger.Hooks;

/// <summary>What must hold of a body's fields before it is an event; every fault by its field.</summary>
internal static class HookCheck
{
    private const int MostFaults = 20;

    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);

    public static void Run(JsonElement body, HookDocument hook, DateTimeOffset now, List<FieldError> faults)
    {
        var unfilled = new List<FieldError>();
        // Of plain text each line is there twice.
        FindUnfilled(body, "", body.TryGetProperty("line1", out _) && hook.Format != HookWords.Json, unfilled);
        faults.AddRange(unfilled);
        foreach (var path in (hook.Required ?? []).Where(p => Find(body, p) is null))
        {
            faults.Add(new(path, "required", "nothing"));
        }

        foreach (var path in hook.Numbers ?? [])
        {
            if (Find(body, path) is { } value && !faults.Exists(f => f.Path == path) && !IsNumber(value))
            {
                faults.Add(new(path, "a number without quotes, of at most 28 digits", FieldError.Shorten(value.GetRawText())));
            }
        }

        if (hook.Time is { } time && !faults.Exists(f => f.Path == time))
        {
            CheckAge(body, time, TimeSpan.FromSeconds(hook.MaxAgeS ?? HookReader.DefaultMaxAgeS), now, faults);
        }
    }

    /// <summary>A field by its name, or one within another by the names between dots; null where it is not there. JSON null is there.</summary>
    private static JsonElement? Find(JsonElement body, string path)
    {
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty(path, out var whole))
        {
            return whole;
        }

        foreach (var name in path.Split('.'))
        {
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name, out body))
            {
                return null;
            }
        }

        return body;
    }

    private static void FindUnfilled(JsonElement json, string path, bool isText, List<FieldError> faults)
    {
        if (faults.Count >= MostFaults)
        {
            return;
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var field in json.EnumerateObject().Where(f => !isText || f.Name != "text"))
                {
                    FindUnfilled(field.Value, FieldError.Join(path, FieldError.Shorten(field.Name)), isText: false, faults);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in json.EnumerateArray())
                {
                    FindUnfilled(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"), isText: false, faults);
                }

                break;
            case JsonValueKind.String when Unfilled.In(json.GetString()!) is { } unfilled:
                faults.Add(new(path, Unfilled.Rule, FieldError.Shorten(unfilled)));
                break;
        }
    }

    private static bool IsNumber(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && (number != 0 || IsZero(value.GetRawText()));

    /// <summary>What is too small for a decimal is no 0.</summary>
    private static bool IsZero(string number) => !number.Split('e', 'E')[0].AsSpan().ContainsAnyInRange('1', '9');

    private static void CheckAge(JsonElement body, string path, TimeSpan most, DateTimeOffset now, List<FieldError> faults)
    {
        if (Find(body, path) is not { } value)
        {
            faults.Add(new(path, "required", "nothing"));
            return;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if ((Rfc3339.Read(text) ?? HookProof.Moment(text)) is not { } at)
        {
            faults.Add(new(path, $"{Rfc3339.Rule}, or Unix seconds or milliseconds", FieldError.Shorten(text)));
        }
        else if (now - at > most)
        {
            faults.Add(new(path, string.Create(CultureInfo.InvariantCulture, $"at most {most.TotalSeconds} s ago"), FieldError.Shorten(text)));
        }
        else if (at - now > Ahead)
        {
            faults.Add(new(path, string.Create(CultureInfo.InvariantCulture, $"at most {Ahead.TotalSeconds} s ahead"), FieldError.Shorten(text)));
        }
    }
}
