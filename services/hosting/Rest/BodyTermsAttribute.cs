namespace TradingSystem.Hosting.Rest;

/// <summary>How much of a body an error may repeat.</summary>
public enum BodyQuotes
{
    /// <summary>What was found, shortened.</summary>
    All,

    /// <summary>Values that are too short to be a key; of unknown fields and of what is no JSON nothing.</summary>
    Short,

    /// <summary>Nothing: a password may stand anywhere, and be short.</summary>
    None,
}

/// <summary>How the body that a type describes is read.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BodyTermsAttribute : Attribute
{
    /// <summary>Bytes at most.</summary>
    public int MaxBytes { get; init; } = 128 * 1024;

    /// <summary>Anything but all: it may hold secrets, and what it was read into is zeroed.</summary>
    public BodyQuotes Quotes { get; init; }

    /// <summary>A request without a body says the same as one with an empty object.</summary>
    public bool MayBeAbsent { get; init; }

    /// <summary>Fields that the document does not have, and that are refused by the reader, who says why.</summary>
    public string[] Refused { get; init; } = [];
}
