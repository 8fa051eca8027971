using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>What nobody asked for: fields that are not known, told as errors or as warnings. An object without any costs nothing but the look.</summary>
public sealed partial class FieldReader
{
    /// <summary>So many of one object are told, then that there are more: a reply stays small whatever the frame holds.</summary>
    private const int MostTold = 16;

    private List<FieldWarning>? _warnings;

    /// <summary>Of this object and all within it.</summary>
    public IReadOnlyList<FieldWarning> Warnings => within is null ? _warnings ?? (IReadOnlyList<FieldWarning>)[] : within.Warnings;

    public void Warn(string name, string note)
    {
        if (within is null)
        {
            (_warnings ??= []).Add(new(Path(name), note));
        }
        else
        {
            within.Warn(Path(name), note);
        }
    }

    /// <summary>Fields that are not <paramref name="known"/> are errors, which name the one that was meant.</summary>
    public void RefuseUnknown(FieldNames known)
    {
        var told = 0;
        foreach (var property in json.EnumerateObject())
        {
            if (!known.Contains(property) && !Tell(property, told++, Nearest.Rule(property.Name, known.All), isError: true))
            {
                return;
            }
        }
    }

    /// <summary>Fields that are not <paramref name="known"/> are warnings.</summary>
    /// <param name="inner">Fields of an object within, whose name is <paramref name="innerName"/>: there they would have been read.</param>
    public void WarnUnknown(FieldNames known, FieldNames? inner = null, string innerName = "")
    {
        var told = 0;
        foreach (var property in json.EnumerateObject())
        {
            if (!known.Contains(property) && !Tell(property, told++, Note(property, known, inner, innerName), isError: false))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Other spellings of <paramref name="known"/> fields, or of <paramref name="forbidden"/> ones, are errors; other unknown fields are warnings.
    /// </summary>
    /// <param name="forbidden">Fields that have a meaning and may not be sent; the caller looks for them itself.</param>
    public void RefuseVariants(FieldNames known, FieldNames forbidden)
    {
        var told = 0;
        foreach (var property in json.EnumerateObject())
        {
            if (known.Contains(property) || forbidden.Contains(property))
            {
                continue;
            }

            var rule = Nearest.Variant(property.Name, known.All) is { } meant ? $"unknown field, did you mean {meant}"
                : Nearest.Variant(property.Name, forbidden.All) is { } other ? $"unknown field, and {other} is not sent by clients"
                : null;
            if (!Tell(property, told++, rule ?? Note(property, known, null, ""), isError: rule is not null))
            {
                return;
            }
        }
    }

    private static string Note(JsonProperty property, FieldNames known, FieldNames? inner, string innerName) =>
        inner?.Contains(property) == true ? $"not read here, it belongs into {innerName}"
        : Nearest.Of(property.Name, known.All) is { } meant ? $"unknown field, not read; did you mean {meant}"
        : "unknown field, not read";

    /// <summary>False when enough is told.</summary>
    private bool Tell(JsonProperty property, int told, string rule, bool isError)
    {
        var isLast = told == MostTold;
        var name = isLast ? "…" : property.Name.Length == 0 ? "\"\"" : FieldError.Shorten(property.Name);
        if (isError)
        {
            Fail(name, isLast ? "no more unknown fields" : rule, property.Value.GetRawText());
        }
        else
        {
            Warn(name, isLast ? "more unknown fields, not read" : rule);
        }

        return !isLast;
    }
}
