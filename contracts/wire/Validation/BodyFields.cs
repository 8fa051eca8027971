using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>
/// Which fields a request body may have. What is not known would be ignored, and null (as many writers make of NaN and of what they have
/// not got) would be taken for a field that was left out; both are errors.
/// </summary>
public static class BodyFields
{
    public const string NotNull = "a value, or left out: null says neither";

    /// <param name="known">In the order in which an error lists them.</param>
    /// <param name="mayBeNull">Of them, where null says the same as nothing and takes nothing away.</param>
    public static void Check(JsonElement json, string path, string[] known, List<FieldError> errors, params ReadOnlySpan<string> mayBeNull)
    {
        foreach (var field in json.EnumerateObject())
        {
            if (Array.IndexOf(known, field.Name) < 0)
            {
                errors.Add(new(FieldError.Join(path, FieldError.Shorten(field.Name)), Nearest.Rule(field.Name, known), FieldError.Shorten(field.Value.GetRawText())));
            }
            else if (field.Value.ValueKind == JsonValueKind.Null && !mayBeNull.Contains(field.Name))
            {
                errors.Add(new(FieldError.Join(path, field.Name), NotNull, "null"));
            }
        }
    }
}
