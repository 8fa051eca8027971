namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>How long and how many. Characters are Unicode code points, as in JSON Schema. The parser and the schemas both read these.</summary>
internal static class FieldLimits
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

/// <summary>The words that are allowed where only some are.</summary>
internal static class FieldWords
{
    public static readonly string[] Actions = ["LONG", "SHORT", "CLOSE", "BUY", "SELL", "NO_TRADE"];
    public static readonly string[] OrderTypes = ["market", "limit"];
    public static readonly string[] Levels = ["info", "warn", "error"];
    public static readonly string[] TypeFrames = ["event", "system", "ping", SteeringTypes.Cancel, SteeringTypes.Protect];
    public static readonly string[] KindFrames = ["event", "log", "ping", SteeringTypes.Cancel, SteeringTypes.Protect];
    public static readonly string[] Categories = ["signal", "decision"];
    public static readonly string[] EventTypes = [Frames.EventTypes.Immediate, Frames.EventTypes.PostTrade, Frames.EventTypes.Scheduled, Frames.EventTypes.Conditional];

    /// <summary>What the server says in the newer dialect, and no client may.</summary>
    public static readonly string[] NotTheClients = ["source", "source_id", "targets", "side", "qty", "order_type", "price"];

    public const string TradeDecision = "trade_decision";
    public const string DiscussionLog = "TRADING_GROUP_DISCUSSION_LOG";

    /// <summary>Today a word without a meaning yet is refused with a better explanation than "one of".</summary>
    public static readonly string[] NotYet = [Frames.EventTypes.Scheduled, Frames.EventTypes.Conditional];
}
