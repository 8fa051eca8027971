using TradingSystem.Venues.Instruments;

namespace TradingSystem.Venues;

public sealed record ServerTime(DateTimeOffset At);

/// <summary>Trading rules of a USDT-margined perpetual; quantities in the base asset, whatever the exchange counts in.</summary>
/// <param name="VenueSymbol">The exchange's name for it.</param>
/// <param name="ContractSize">Base asset per unit of the exchange's quantity; 1 where it counts in the base asset.</param>
/// <param name="MinNotional">Quote currency; 0 where the exchange has none.</param>
/// <param name="IsTrading">False while it is listed but takes no orders.</param>
public sealed record VenueInstrument(
    string Symbol,
    string VenueSymbol,
    decimal Tick,
    decimal Step,
    decimal MinQuantity,
    decimal MaxMarketQuantity,
    decimal MaxLimitQuantity,
    decimal MinNotional,
    decimal ContractSize,
    decimal? MaxLeverage,
    bool IsTrading)
{
    /// <summary>A limit price may be at most this part above the market price, e.g. 0.05; null where the exchange does not say.</summary>
    public decimal? PriceBandUp { get; init; }

    /// <summary>A limit price may be at most this part below the market price.</summary>
    public decimal? PriceBandDown { get; init; }

    /// <summary>What a leverage must be a multiple of: 1 for whole numbers; null where any will do.</summary>
    public decimal? LeverageStep { get; init; }

    /// <summary>
    /// Why its rules cannot be read, or cannot be traded by; null when they are sound. Nothing of such an instrument may be used but its names.
    /// </summary>
    public string? Fault { get; init; }

    /// <summary>An instrument of which only the names could be read.</summary>
    public static VenueInstrument Unreadable(string symbol, string venueSymbol, string fault) =>
        new(symbol, venueSymbol, 0m, 0m, 0m, 0m, 0m, 0m, 0m, null, IsTrading: false) { Fault = fault };

    /// <summary>Itself, with a <see cref="Fault"/> where a number breaks a rule.</summary>
    public VenueInstrument Checked() =>
        this with { Fault = ContractSize <= 0m ? $"contract_size is {Grid.Text(ContractSize)}, not above 0" : InstrumentRules.Fault(Tick, Step, MinQuantity, MinNotional, MaxMarketQuantity, MaxLimitQuantity) };

    /// <summary>Itself, if the exchange's count of it can be told in the base asset.</summary>
    /// <exception cref="FormatException">Its contract size could not be read: a number of contracts says nothing.</exception>
    public VenueInstrument Countable() => ContractSize > 0m ? this : throw new FormatException($"The contract size of {VenueSymbol} is not known.");

    public Instrument ToInstrument() =>
        new(Symbol, Tick, Step, MinQuantity, MinNotional, MaxMarketQuantity) { MaxLimitQty = MaxLimitQuantity, MaxLeverage = MaxLeverage, LeverageStep = LeverageStep };
}

public sealed record VenuePrice(string Symbol, decimal Price, DateTimeOffset At);

/// <param name="Leverage">A multiple of the instrument's leverage step; any other is refused, never rounded.</param>
public sealed record SymbolSetup(string Symbol, decimal Leverage, MarginMode MarginMode, PositionMode PositionMode);

/// <param name="Quantity">Base asset; above 0 long, below 0 short, also in hedge mode.</param>
/// <param name="Side">The bucket in hedge mode, null in one-way mode.</param>
public sealed record VenuePosition(string Symbol, PositionSide? Side, decimal Quantity, decimal EntryPrice)
{
    public decimal? MarkPrice { get; init; }

    public decimal? UnrealizedPnl { get; init; }

    public decimal? LiquidationPrice { get; init; }

    public decimal? Leverage { get; init; }

    public MarginMode? MarginMode { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <param name="Wallet">Cash with realised PnL and fees, without unrealised PnL.</param>
/// <param name="Available">For new orders; null where the message does not tell.</param>
public sealed record VenueBalance(string Asset, decimal Wallet, decimal? Available, decimal? UnrealizedPnl = null);

/// <param name="FillId">Unique within the symbol.</param>
/// <param name="Fee">Above 0 paid, below 0 earned; null where the message does not tell it for this fill.</param>
public sealed record VenueFill(
    string Symbol, string FillId, string VenueOrderId, string? ClientId, OrderSide Side, PositionSide? PositionSide, decimal Quantity, decimal Price, decimal? Fee, string? FeeAsset, DateTimeOffset At)
{
    /// <summary>Before fees; null where the exchange does not tell it per fill.</summary>
    public decimal? RealizedPnl { get; init; }

    public bool? IsMaker { get; init; }

    /// <summary>The exchange closed the position for want of margin; false also where it does not say so with its fills.</summary>
    public bool IsLiquidation { get; init; }

    /// <summary>When it was traded in the market's own time, where that is another than <c>At</c>: a simulated venue's market may be a replay.</summary>
    public DateTimeOffset? MarketTime { get; init; }
}

/// <summary>Fills of one symbol since a time, of one order, or both.</summary>
public sealed record FillQuery(string Symbol, DateTimeOffset? Since = null, string? VenueOrderId = null, string? ClientId = null);

/// <param name="Amount">Quote currency; above 0 received, below 0 paid.</param>
public sealed record FundingPayment(string Symbol, string Id, decimal Amount, DateTimeOffset At);
