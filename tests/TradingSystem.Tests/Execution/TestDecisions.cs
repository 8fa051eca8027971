using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Tests.Execution;

/// <summary>A decision, a price and an account that pass every check; each test changes one thing.</summary>
internal static class TestDecisions
{
    public static readonly DateTimeOffset Now = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly ExecutionOptions Options = new();
    public static readonly InstrumentTable Instruments = new();
    public static readonly Instrument Btc = Instruments.Find("BTCUSDT")!;
    /// <summary>A market without a channel that always ticks.</summary>
    public static readonly FeedLife NoFeed = new(TimeProvider.System);
    public static readonly AccountState Rich = new(1_000_000m, []);

    public static TradeDecision Long(string symbol = "BTCUSDT") => new()
    {
        Id = Guid.Parse("0197f5d0-0000-7000-8000-000000000001"),
        GroupId = Guid.Parse("0197f5d0-0000-7000-8000-000000000002"),
        GroupName = "demo",
        SourceId = "bot",
        Priority = 5,
        Targets = ["demo"],
        Title = "t",
        Payload = "{}",
        Tags = [],
        Symbol = symbol,
        Action = TradeAction.Long,
        MarginUsd = 100m,
        Leverage = 10m,
        OrderType = OrderTypes.Market,
        DecisionId = "d-1",
        CorrelationId = "c-1",
        CreatedAt = Now,
    };

    public static PriceTick Tick(decimal price = 100_000m, decimal? bid = null, decimal? ask = null, DateTimeOffset? observedAt = null, string symbol = "BTCUSDT") =>
        new(symbol, price, bid, ask, Now, observedAt ?? Now, "test");

    public static AccountState Holding(decimal qty, decimal average = 100_000m, decimal balance = 1_000_000m) =>
        new(balance, [new Exposure("BTCUSDT", qty, average, 10m, average)]);

    public static Verdict Check(TradeDecision decision, AccountState? account = null, PriceTick? tick = null, DateTimeOffset? now = null, Gate? gate = null) =>
        new DecisionCheck(Instruments, Options, NoFeed).Check(decision, account ?? Rich, tick ?? Tick(symbol: decision.Symbol), now ?? Now, gate ?? Free);

    public static TradeDecision Limit(decimal price) => Long() with { OrderType = "limit", Price = price, Qty = 0.1m, MarginUsd = 0m };

    /// <summary>An exchange's own rules: it takes more in a limit order than in a market order.</summary>
    public static Instrument AtVenue { get; } = Btc with { MaxLimitQty = Btc.MaxMarketQty * 4m };

    public static Verdict CheckAtVenue(TradeDecision decision, AccountState? account = null, PriceTick? tick = null) =>
        new DecisionCheck(Instruments, Options, NoFeed).Check(decision, account ?? Rich, tick ?? Tick(), Now, Free, venue: AtVenue);

    public static Verdict CheckWithoutPrice(TradeDecision decision) =>
        new DecisionCheck(Instruments, Options, NoFeed).Check(decision, Rich, null, Now, Free);

    /// <summary>Nothing is held back but by the options.</summary>
    public static Gate Free => new(Guid.Empty, Options);

    public static Gate Limited(RiskLimits limits) => new(Guid.Empty, Options, Control(limits: limits));

    public static Control Control(
        TradingState state = TradingState.Active, TradingMode mode = TradingMode.Running, DateTimeOffset? fence = null, RiskLimits? limits = null, Guid? group = null) => new()
        {
            ScopeId = group ?? Guid.Empty,
            Scope = group is null ? ControlWords.System : ControlWords.Group,
            State = ControlWords.Of(state),
            Mode = ControlWords.Of(mode),
            FencedAt = fence,
            Limits = limits is null ? null : RiskLimitsJson.Write(limits),
            Reason = "a drill",
            ChangedBy = "somebody",
        };

    public static ControlSet SetOf(params Control[] rows) => new(0, rows, Options);
}
