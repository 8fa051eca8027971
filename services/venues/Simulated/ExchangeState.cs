using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Venues.Simulated;

/// <summary>
/// Everything that a <see cref="SimulatedExchange"/> is. Written as JSON and read back it is the same to the last digit, so that a run
/// that is continued elsewhere ends as one that was not interrupted. Orders that have ended are not in it.
/// </summary>
public sealed record ExchangeState
{
    public required ExchangeTerms Terms { get; init; }

    public MarginMode MarginMode { get; init; }

    public PositionMode PositionMode { get; init; }

    /// <summary>Cash: what was paid in, plus realised PnL, funding and what the insurance covered, minus fees.</summary>
    public decimal Balance { get; init; }

    /// <summary>Before fees.</summary>
    public decimal RealizedPnl { get; init; }

    public decimal Fees { get; init; }

    /// <summary>Received minus paid.</summary>
    public decimal Funding { get; init; }

    /// <summary>What liquidations lost beyond the margin there was.</summary>
    public decimal Insured { get; init; }

    /// <summary>Of orders, fills and funding payments alike.</summary>
    public long LastId { get; init; }

    public DateTimeOffset Now { get; init; }

    public ImmutableArray<SimulatedMarket> Markets { get; init; } = [];

    /// <summary>Those that are not flat.</summary>
    public ImmutableArray<SimulatedPosition> Positions { get; init; } = [];

    public ImmutableArray<SimulatedOrder> Orders { get; init; } = [];

    public SimulatedMarket? Market(string symbol)
    {
        foreach (var market in Markets)
        {
            if (market.Symbol == symbol)
            {
                return market;
            }
        }

        return null;
    }

    /// <summary>A flat one where there is none.</summary>
    public SimulatedPosition Position(string symbol, PositionSide? side)
    {
        foreach (var position in Positions)
        {
            if (position.Symbol == symbol && position.Side == side)
            {
                return position;
            }
        }

        return new(symbol, side, 0m, 0m, 0m);
    }

    public SimulatedOrder? Order(long id)
    {
        foreach (var order in Orders)
        {
            if (order.Id == id)
            {
                return order;
            }
        }

        return null;
    }

    public ExchangeState With(SimulatedMarket market)
    {
        var i = 0;
        while (i < Markets.Length && Markets[i].Symbol != market.Symbol)
        {
            i++;
        }

        return this with { Markets = i < Markets.Length ? Markets.SetItem(i, market) : Markets.Add(market) };
    }

    public ExchangeState With(SimulatedPosition position)
    {
        var i = 0;
        while (i < Positions.Length && (Positions[i].Symbol != position.Symbol || Positions[i].Side != position.Side))
        {
            i++;
        }

        return this with
        {
            Positions = position.Quantity == 0m ? i < Positions.Length ? Positions.RemoveAt(i) : Positions
                : i < Positions.Length ? Positions.SetItem(i, position) : Positions.Add(position),
        };
    }

    public ExchangeState With(SimulatedOrder order)
    {
        var i = 0;
        while (i < Orders.Length && Orders[i].Id != order.Id)
        {
            i++;
        }

        return this with
        {
            Orders = !order.IsOpen ? i < Orders.Length ? Orders.RemoveAt(i) : Orders
                : i < Orders.Length ? Orders.SetItem(i, order) : Orders.Add(order),
        };
    }
}

/// <summary>A symbol as the account sees it.</summary>
/// <param name="Last">0 before the first price.</param>
/// <param name="Mark">Null while no mark price was given; the last price stands in for it.</param>
/// <param name="Liquidity">Base asset that may still be taken of what was traded; null without a limit.</param>
/// <param name="NextFunding">Null before the first price, and without funding.</param>
public sealed record SimulatedMarket(SymbolTerms Terms, decimal Leverage, decimal Last, decimal? Bid, decimal? Ask, decimal? Mark, decimal? Liquidity, DateTimeOffset? NextFunding)
{
    /// <summary>Of the last price, in the market's own time; null where that is the venue's.</summary>
    public DateTimeOffset? MarketTime { get; init; }

    public string Symbol => Terms.Instrument.Symbol;

    public decimal MarkPrice => Mark ?? Last;

    /// <summary>Best price for a taker, before slippage: the quote where there is one, else half the spread from the last price.</summary>
    public decimal Touch(OrderSide side, ExchangeTerms terms) => side == OrderSide.Buy
        ? Ask is { } ask and > 0m ? ask : Last * (1m + (terms.SpreadBps / 20_000m))
        : Bid is { } bid and > 0m ? bid : Last * (1m - (terms.SpreadBps / 20_000m));

    /// <summary>What a taker gets, rounded to the tick against him.</summary>
    public decimal TakerPrice(OrderSide side, ExchangeTerms terms) =>
        MarketFill.Slipped(side == OrderSide.Buy, Touch(side, terms), Terms.Instrument.Tick, terms.SlippageBps);
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, IgnoreReadOnlyProperties = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ExchangeState))]
[JsonSerializable(typeof(KeptVenue))]
[JsonSerializable(typeof(VenueOrder))]
[JsonSerializable(typeof(VenueFill))]
[JsonSerializable(typeof(FundingPayment))]
public sealed partial class SimulationJson : JsonSerializerContext;
