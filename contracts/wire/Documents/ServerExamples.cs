using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>Frames as the server's own writers write them.</summary>
internal sealed class ServerExamples(Dialect dialect)
{
    private static readonly Guid Event = Guid.Parse(ClientExamples.Event);
    private static readonly Guid Group = Guid.Parse(ClientExamples.Group);
    private static readonly Guid Session = Guid.Parse("2d9c5b1e-8a7f-4e6d-9c0b-1a2f3e4d5c6b");
    private static readonly Guid Order = Guid.Parse("c3b2a190-8f7e-5d6c-8b4a-392817060504");
    private static readonly Guid Member = Guid.Parse("e1d2c3b4-a596-4788-8f9e-0d1c2b3a4958");
    private static readonly DateTimeOffset Now = new(2025, 1, 31, 13, 0, 0, 125, TimeSpan.Zero);
    private static readonly SessionLimits Limits = new(FrameParser.MaxFrameBytes, AckWriter.MaxUnanswered, 4 * 1024 * 1024, 200, 1000, 10_000, 24);

    private static readonly GroupAck Settings = new(
        $"trading_group:{Group}:7", Session, Group, "trade_crypto_btcusdt_15m", "crypto", "BTCUSDT", "15m", 10.000m, 100.00m, "oneway",
        [new(Member, "Ada", "group_leader", "openai", "gpt-4o", "You lead the group.")]);

    private static readonly ImmediatePush Cpi = new(
        Event, "cpi_watch", 7, ["trade_crypto_btcusdt_15m"], "BTC dumps after CPI data", "CPI came in at 3.9 % against 3.6 % expected", ["btc", "cpi"], Now);

    private static readonly ImmediatePush News = Cpi with
    {
        Payload = """{"signal_type":"macro_news","sentiment":"bearish","analysis":"hotter than expected","affected_symbols":["BTCUSDT"],"surprise":0.3}""",
        CorrelationId = "cpi",
    };

    private static readonly OrderPush Filled = new(
        Event, "rsi-2025-01-31T13:00", "run-42", Order, OrderStatus.Filled, "BTCUSDT", SideWords.Buy, 0.016000m, 62500.10m, 0.40000064m, 0m, null, Now);

    private static readonly OrderPush Rejected = Filled with
    {
        DecisionId = null,
        CorrelationId = null,
        Status = OrderStatus.Rejected,
        Side = null,
        Qty = 0m,
        AvgPrice = null,
        Fee = 0m,
        Reason = new(ReasonCodes.LeverageTooHigh.Word, "10", "25", "10", "leverage 25 is over the account's limit of 10"),
    };

    private FieldWarning[] Doubts => dialect == Dialect.Kind
        ? [new("payload.strategy", "unknown field, not read"), new("payload.stop_loss", "null, read as none")]
        : [new("payload.stop_loss", "not read here, it belongs into signal"), new("payload.signal.take_profit", "null, read as none")];

    public byte[][] GroupAck => [AckWriter.Write(Settings, Terms([])), AckWriter.Write(Settings with { Members = [] }, Terms(Features.All))];

    public byte[][] TriggerAck => [AckWriter.Write(new TriggerAck($"trigger:{Member}:3", Session, "cpi_watch", "openai", "gpt-4o-mini", ["trade_crypto_btcusdt_15m"]), Terms([]))];

    public byte[][] Accepted =>
        [ReplyWriter.Accepted(Event, 1, null, dialect), ReplyWriter.Accepted(Event, 0, "r-2", dialect, duplicate: true), ReplyWriter.Accepted(Event, 0, null, dialect, warnings: Doubts)];

    public byte[][] Logged => [ReplyWriter.Logged(null, dialect), ReplyWriter.Logged("r-3", dialect)];

    public byte[][] Valid => [
        ReplyWriter.Valid("r-2", dialect),
        ReplyWriter.Valid("r-2", dialect, Doubts),
        ReplyWriter.ValidDecision(new(WouldActions.Order, SideWords.Buy, 0.0160m, 62500.10m, 100.00016m, 0.500001m, null), "r-2", dialect),
        ReplyWriter.ValidDecision(
            new(
                WouldActions.Refused, SideWords.Buy, 0m, null, null, null,
                new(ReasonCodes.QtyTooSmall.Word, "0.001", "0", "6.26", "Quantity 0 is below the minimum 0.001; margin_usd 6.26 would do.")),
            null, dialect),
        ReplyWriter.ValidDecision(new(WouldActions.Nothing, null, null, null, null, null, null), null, dialect, duplicate: true),
        ReplyWriter.ValidDecision(null, "r-2", dialect, warnings: Doubts),
    ];

    public byte[][] ValidationError => [
        ReplyWriter.ValidationError([new("payload.signal.margin_usd", "qty or margin_usd greater than 0", "0"), new("priority", "whole number 1 to 10", "11")], "r-2", dialect),
    ];

    public byte[][] Refused => [
        ReplyWriter.Refused(ReplyCodes.RateLimited, "$", "", null, dialect, retryAfterMs: 120),
        ReplyWriter.Refused(ReplyCodes.ForbiddenEvent, "event_type", EventTypes.Immediate, null, dialect),
        ReplyWriter.Refused(ReplyCodes.DecisionIdReused, "decision_id", "rsi-2025-01-31T13:00", "r-2", dialect),
        ReplyWriter.Refused(ReplyCodes.GroupInactive, "$", "trade_crypto_btcusdt_15m", null, dialect),
        ReplyWriter.Refused(ReplyCodes.OutcomeUnknownKeyed, "$", EventTypes.PostTrade, null, dialect),
        ReplyWriter.Refused(ReplyCodes.OutcomeUnknown, "$", EventTypes.PostTrade, null, dialect),
    ];

    public byte[][] Pong => [ReplyWriter.Pong(new("17", null), dialect), ReplyWriter.Pong(new("\"a\"", "r-4"), dialect), ReplyWriter.Pong(new(null, null), dialect)];

    public static byte[][] Immediate => [
        [.. PushWriter.Immediate(Cpi, 48_213), .. PushWriter.Tail(false, null)],
        [.. PushWriter.Immediate(Cpi with { Title = "", Tags = [], Payload = "Grüße \"\u2028 🚀\n<b>" }, 48_219), .. PushWriter.Tail(true, 48_213)],
    ];

    public static byte[][] Signal => [
        [.. PushWriter.Signal(News, 48_213, [new("BTCUSDT", -0.0250m, 61000.00m, -37.5m)]), .. PushWriter.Tail(false, 48_190)],
        [.. PushWriter.Signal(Cpi, 48_219, []), .. PushWriter.Tail(true, null)],
    ];

    public byte[][] OrderUpdate => [
        [.. PushWriter.OrderUpdate(Filled, 48_240, dialect), .. PushWriter.Tail(false, 48_213)],
        [.. PushWriter.OrderUpdate(Rejected, 48_255, dialect), .. PushWriter.Tail(false, null)],
    ];

    public byte[][] ConfigUpdate => [PushWriter.ConfigUpdate(Settings, "updated", dialect)];

    public byte[][] Candle => [
        MarketWriter.Write(new CandlePush("BTCUSDT", "15m", Now.AddTicks(-(Now.Ticks % TimeSpan.TicksPerHour)), 62480.10m, 62531.0m, 62466.70m, 62500.10m, 184.205m), dialect),
        MarketWriter.Write(new CandlePush("PEPEUSDT", "1m", Now.AddTicks(-(Now.Ticks % TimeSpan.TicksPerHour)), 0.00000394m, 0.00000395m, 0.00000393m, 0.00000394m, 0m), dialect),
    ];

    public byte[][] Price => [
        MarketWriter.Write(new PricePush("BTCUSDT", 62500.10m, 62500.0m, 62500.10m, 62498.37m, Now, Now.AddMilliseconds(40)), dialect),
        MarketWriter.Write(new PricePush("BTCUSDT", 62500.10m, null, null, null, Now, Now.AddMilliseconds(40)), dialect),
    ];

    public byte[][] CandlesEnd => [
        MarketWriter.Write(new CandlesEndPush("BTCUSDT", "15m", 500, true, null), dialect),
        MarketWriter.Write(new CandlesEndPush("BTCUSDT", "4h", 0, true, "the market has no 4h of BTCUSDT: it has 1s, 1m, 5m, 15m, 1h"), dialect),
    ];

    public byte[][] Resumed => [PushWriter.Resumed(true, null, 48_240, dialect), PushWriter.Resumed(false, 31_002, 48_240, dialect), PushWriter.Resumed(true, null, null, dialect)];

    public byte[][] Heartbeat => [PushWriter.Heartbeat(Now, 48_263, dialect)];

    public byte[][] ServerShutdown => [ReplyWriter.ServerShutdown(1850, dialect)];

    private SessionTerms Terms(IReadOnlyList<string> features) => new(dialect, features, Limits);
}
