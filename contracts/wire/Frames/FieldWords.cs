namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>The words that are allowed where only some are.</summary>
internal static class FieldWords
{
    public static readonly string[] Levels = ["info", "warn", "error"];
    public static readonly string[] TypeFrames = ["event", "system", "ping", SteeringTypes.Cancel, SteeringTypes.Protect];
    public static readonly string[] KindFrames = ["event", "log", "ping", SteeringTypes.Cancel, SteeringTypes.Protect];
    public static readonly string[] Categories = ["signal", "decision"];
    public static readonly string[] EventTypes = [Frames.EventTypes.Immediate, Frames.EventTypes.PostTrade, Frames.EventTypes.Scheduled, Frames.EventTypes.Conditional];

    /// <summary>What the server says in the newer dialect, and no client may.</summary>
    public static readonly string[] NotTheClients = ["source", "source_id", "targets", "side", "qty", "order_type", "price"];

    public const string TradeDecision = "trade_decision";
    public const string DiscussionLog = "TRADING_GROUP_DISCUSSION_LOG";
}
