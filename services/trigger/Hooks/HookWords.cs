namespace TradingSystem.Trigger.Hooks;

/// <summary>Every word of a webhook that means something.</summary>
public static class HookWords
{
    public const string Body = "body";
    public const string Path = "path";
    public const string Hmac = "hmac";

    public const string Auto = "auto";
    public const string Json = "json";
    public const string Pairs = "pairs";
    public const string Text = "text";

    public const string Hex = "hex";
    public const string Base64 = "base64";

    /// <summary>Where a hook has its secret.</summary>
    public static readonly IReadOnlyList<string> Kinds = [Body, Path, Hmac];

    /// <summary>What a body may be.</summary>
    public static readonly IReadOnlyList<string> Formats = [Auto, Json, Pairs, Text];

    /// <summary>How a signature is written.</summary>
    public static readonly IReadOnlyList<string> Encodings = [Hex, Base64];

    /// <summary>Fields of an event's payload that every hook's event has, or may have.</summary>
    public static readonly IReadOnlyList<string> PayloadFields = ["hook", "hook_id", "version", "received_at", "fields"];
}

/// <summary>Codes of what hooks log for people.</summary>
public static class HookCodes
{
    /// <summary>An alert was not made an event, and why.</summary>
    public const string Refused = "WEBHOOK_REFUSED";

    /// <summary>Somebody came without the secret; said once a minute of each hook.</summary>
    public const string Unauthorized = "WEBHOOK_UNAUTHORIZED";

    /// <summary>No alert came for longer than they are apart.</summary>
    public const string Missed = "WEBHOOK_MISSED";

    /// <summary>An alert's event could not be sent for so long that it is too old.</summary>
    public const string GivenUp = "WEBHOOK_GIVEN_UP";
}
