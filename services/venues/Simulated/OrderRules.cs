using System.Globalization;

namespace TradingSystem.Venues.Simulated;

/// <summary>What the simulated exchange refuses before an order is in its book.</summary>
public static class OrderRules
{
    public static bool IsMarketable(SimulatedOrder order, SimulatedMarket market, ExchangeTerms terms) =>
        order.Side == OrderSide.Buy ? order.Price >= market.Touch(OrderSide.Buy, terms) : order.Price <= market.Touch(OrderSide.Sell, terms);

    /// <summary>Null when the order may be booked.</summary>
    public static VenueRefusal? Broken(SimulatedOrder order, SimulatedMarket market, ExchangeState state) =>
        BrokenSize(order, market, state) ?? BrokenPrice(order, market) ?? BrokenMargin(order, market, state);

    private static VenueRefusal? BrokenSize(SimulatedOrder order, SimulatedMarket market, ExchangeState state)
    {
        var rules = market.Terms.Instrument;
        var most = order.Type == VenueOrderType.Market ? rules.MaxMarketQuantity : rules.MaxLimitQuantity;
        var gone = order.ReduceOnly && state.Position(order.Symbol, order.PositionSide).Closable(order.Side) == 0m;
        return gone ? new(RefusalMeaning.PositionGone, "NO_POSITION", $"There is no position in {order.Symbol} that this would reduce.")
            : order.ReduceOnly && order.Quantity > 0m ? null
            : !rules.IsTrading ? new(RefusalMeaning.Configuration, "NOT_TRADING", $"{order.Symbol} is not trading.")
            : order.Quantity < rules.MinQuantity
                || order.Quantity <= 0m ? new(
                    RefusalMeaning.Quantity, "QTY_TOO_SMALL", $"Quantity {Text(order.Quantity)} is below {Text(rules.MinQuantity)}.")
            : order.Quantity > most ? new(RefusalMeaning.Quantity, "QTY_TOO_LARGE", $"Quantity {Text(order.Quantity)} is above {Text(most)}.")
            : order.Quantity * (order.Price ?? market.Last) < rules.MinNotional ? new(
                RefusalMeaning.Quantity, "NOTIONAL_TOO_SMALL", $"The notional is below {Text(rules.MinNotional)}.")
            : null;
    }

    private static VenueRefusal? BrokenPrice(SimulatedOrder order, SimulatedMarket market)
    {
        if (order.Type == VenueOrderType.Market)
        {
            return null;
        }

        var rules = market.Terms.Instrument;
        return order.Price is not > 0m ? new(RefusalMeaning.Parameter, "PRICE", "A limit order needs a price.")
            : rules.PriceBandUp is { } up
                && order.Price > market.MarkPrice * (1m + up) ? new(
                    RefusalMeaning.Price, "PRICE_BAND", $"Price {Text(order.Price.Value)} is too far above the market.")
            : rules.PriceBandDown is { } down
                && order.Price < market.MarkPrice * (1m - down) ? new(
                    RefusalMeaning.Price, "PRICE_BAND", $"Price {Text(order.Price.Value)} is too far below the market.")
            : null;
    }

    private static VenueRefusal? BrokenMargin(SimulatedOrder order, SimulatedMarket market, ExchangeState state)
    {
        var opening = order.Quantity - Math.Min(order.Quantity, state.Position(order.Symbol, order.PositionSide).Closable(order.Side));
        if (order.ReduceOnly || opening == 0m)
        {
            return null;
        }

        var needed = opening * Cost(order.Side, order.Price ?? market.TakerPrice(order.Side, state.Terms), order.Price is null, market, state.Terms);
        var available = MarginMath.Available(state);
        return needed > available ? new(RefusalMeaning.Margin, "MARGIN", $"{Text(needed)} of margin and fee is needed, {Text(available)} is available.") : null;
    }

    /// <summary>Margin, fee and, for a taker, what the price is worse than the mark: what one unit of base asset uses up.</summary>
    public static decimal Cost(OrderSide side, decimal price, bool taker, SimulatedMarket market, ExchangeTerms terms)
    {
        var worse = side == OrderSide.Buy ? price - market.MarkPrice : market.MarkPrice - price;
        return (price / market.Leverage) + (price * Math.Max(0m, terms.TakerFeeBps) / 10_000m) + (taker ? Math.Max(0m, worse) : 0m);
    }

    private static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);
}
