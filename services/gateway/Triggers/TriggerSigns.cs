using System.Text.RegularExpressions;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Gateway.Triggers;

/// <summary>An event that a trigger raised.</summary>
/// <param name="Id">Its id, by which the diary has it.</param>
/// <param name="At">When it was accepted, or its schedule's time had come, RFC 3339.</param>
public sealed record TriggerEvent(Guid Id, string Title, DateTimeOffset At);

/// <summary>A frame of a trigger that was refused.</summary>
/// <param name="Code">Of the reply, or its message where it has no code, as for fields that are wrong.</param>
/// <param name="Message">The rules that were broken with their fields, at most 300 characters; of what was sent no value.</param>
/// <param name="At">When it was refused, RFC 3339.</param>
public sealed partial record TriggerError(string Code, string Message, DateTimeOffset At)
{
    private const int MostTold = 3;
    private const int MaxMessage = 300;

    public static TriggerError Of(string code, IReadOnlyList<FieldError> errors, DateTimeOffset at)
    {
        var told = string.Join("; ", errors.Take(MostTold).Select(e => e.Path == "$" ? e.Rule : $"{(Field().IsMatch(e.Path) ? e.Path : "…")}: {e.Rule}"));
        return new(code, FieldError.Shorten(errors.Count > MostTold ? $"{told}; {errors.Count - MostTold} more" : told, MaxMessage - 1), at);
    }

    /// <summary>What may be a field's name. A sender may have put anything in the place of one, also a secret: the tokens of this system are longer than any name.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_\[\]]{1,32}(\.[A-Za-z0-9_\[\]]{1,32}){0,7}\z")]
    private static partial Regex Field();
}

/// <summary>What was last heard of a trigger.</summary>
/// <param name="SeenAt">When it connected or sent last.</param>
/// <param name="FrameAt">When its last frame of any kind came.</param>
public sealed record TriggerSigns(DateTimeOffset? SeenAt = null, DateTimeOffset? FrameAt = null, TriggerEvent? Event = null, TriggerError? Error = null)
{
    public static readonly TriggerSigns None = new();

    /// <summary>Of each the later one; these where they are as late.</summary>
    public TriggerSigns Or(TriggerSigns other) => new(
        other.SeenAt > SeenAt || SeenAt is null ? other.SeenAt : SeenAt,
        other.FrameAt > FrameAt || FrameAt is null ? other.FrameAt : FrameAt,
        other.Event?.At > Event?.At || Event is null ? other.Event : Event,
        other.Error?.At > Error?.At || Error is null ? other.Error : Error);
}
