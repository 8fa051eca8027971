namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>How long and how many. Characters are Unicode code points, as in JSON Schema. The parser and the schemas both read these.</summary>
public static class FieldLimits
{
    /// <summary>request_id and the id of a ping.</summary>
    public const int RequestId = 128;

    /// <summary>decision_id and event_key.</summary>
    public const int Key = 128;

    /// <summary>Group names, tags, correlation ids.</summary>
    public const int Label = 200;

    public const int Title = 1000;
    public const int Items = 64;
    public const int Symbol = 32;
    public const int SignalType = 200;
    public const int Code = 128;

    /// <summary>A cron expression.</summary>
    public const int Cron = 100;

    /// <summary>The name of a time zone.</summary>
    public const int Zone = 64;

    /// <summary>How late an occurrence may be raised, in seconds.</summary>
    public const int MaxLateS = 86_400;

    /// <summary>Reasoning, and the message of a log.</summary>
    public const int Prose = 16 * 1024;

    public const int MinPriority = 1;
    public const int MaxPriority = 10;
    public const int DefaultPriority = 5;
    public const int MaxLeverage = 125;
    public const int MaxPercent = 100;

    /// <summary>numeric(38,18) holds more; nothing real is larger.</summary>
    public const decimal MaxAmount = 1_000_000_000_000m;
}
