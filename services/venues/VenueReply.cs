using System.Diagnostics.CodeAnalysis;

namespace TradingSystem.Venues;

public enum VenueOutcome
{
    Accepted,

    /// <summary>Certainly not done.</summary>
    Refused,

    /// <summary>May have been done or not: find out, do not send again.</summary>
    Unknown,
}

/// <summary>What a refusal means, whatever the exchange calls it. All of them are certain: nothing was done.</summary>
public enum RefusalMeaning
{
    /// <summary>Final, and none of the other kinds.</summary>
    Rejected,

    /// <summary>Not enough margin or balance.</summary>
    Margin,

    /// <summary>Too many decimals, off the tick or off the step.</summary>
    Precision,

    /// <summary>Quantity or notional outside what the instrument or the risk tier allows.</summary>
    Quantity,

    /// <summary>Price outside the exchange's band.</summary>
    Price,

    /// <summary>A parameter is missing or wrong: our mistake.</summary>
    Parameter,

    /// <summary>Key, signature, passphrase, address, permission or environment. Nothing of the account will work.</summary>
    PermissionOrKey,

    /// <summary>A reducing order met no position, a smaller one or one of the other side.</summary>
    PositionGone,

    /// <summary>The trigger price is on the wrong side of the market.</summary>
    WouldTriggerNow,

    /// <summary>A fill-or-kill or post-only condition could not be met: a normal refusal.</summary>
    ConditionNotMet,

    /// <summary>Not before <see cref="VenueRefusal.RetryAfter"/>.</summary>
    RateLimited,

    /// <summary>Our time was outside the window; the offset has been measured anew when this is answered.</summary>
    Clock,

    /// <summary>The client id is in use: the order is (or was) there. Query it.</summary>
    Duplicate,

    /// <summary>The exchange knows no such order (any more).</summary>
    NotFound,

    /// <summary>The setting was so before.</summary>
    AlreadySo,

    /// <summary>The exchange did not take it for want of capacity; the caller may send it again.</summary>
    Busy,

    /// <summary>Account or symbol is set up so that this cannot be done: position mode, account mode, region, instrument state.</summary>
    Configuration,
}

/// <param name="Code">The exchange's own code, or a word in capitals when the adapter refused before sending.</param>
/// <param name="RetryAfter">With <see cref="RefusalMeaning.RateLimited"/>, when known.</param>
public sealed record VenueRefusal(RefusalMeaning Meaning, string Code, string Message, TimeSpan? RetryAfter = null);

/// <summary>Nothing more to tell than that it is done.</summary>
public sealed record Done
{
    public static Done Value { get; } = new();
}

public sealed record VenueReply<T>
    where T : class
{
    internal VenueReply(VenueOutcome outcome, T? value, VenueRefusal? refusal, string? why) =>
        (Outcome, Value, Refusal, Why) = (outcome, value, refusal, why);

    public VenueOutcome Outcome { get; }

    public T? Value { get; }

    public VenueRefusal? Refusal { get; }

    /// <summary>Why it is unknown.</summary>
    public string? Why { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsAccepted => Outcome == VenueOutcome.Accepted;

    [MemberNotNullWhen(true, nameof(Refusal))]
    public bool IsRefused => Outcome == VenueOutcome.Refused;

    [MemberNotNullWhen(true, nameof(Why))]
    public bool IsUnknown => Outcome == VenueOutcome.Unknown;

    public bool Is(RefusalMeaning meaning) => Refusal?.Meaning == meaning;

    /// <summary>The same answer for a caller that promised another value; an accepted one is converted.</summary>
    public VenueReply<TOther> Select<TOther>(Func<T, TOther> convert)
        where TOther : class =>
        new(Outcome, IsAccepted ? convert(Value) : null, Refusal, Why);

    public override string ToString() => Outcome switch
    {
        VenueOutcome.Accepted => $"accepted: {Value}",
        VenueOutcome.Refused => $"refused: {Refusal}",
        _ => $"unknown: {Why}",
    };
}

public static class VenueReply
{
    public static VenueReply<T> Accepted<T>(T value)
        where T : class => new(VenueOutcome.Accepted, value, null, null);

    public static VenueReply<T> Refused<T>(VenueRefusal refusal)
        where T : class => new(VenueOutcome.Refused, null, refusal, null);

    public static VenueReply<T> Refused<T>(RefusalMeaning meaning, string code, string message)
        where T : class => Refused<T>(new(meaning, code, message));

    public static VenueReply<T> Unknown<T>(string why)
        where T : class => new(VenueOutcome.Unknown, null, null, why);
}
