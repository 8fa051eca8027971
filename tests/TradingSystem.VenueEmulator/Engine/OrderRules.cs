using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>What an order must fulfil before it is accepted, and what it and the account are worth.</summary>
public sealed class OrderRules(Exchange exchange)
{
    public const decimal TakerFee = 0.0005m;
    private const int MostOpenOrders = 200;

    /// <summary>Margin and fee that an order would need; reducing needs none.</summary>
    public decimal Required(Account account, OrderSpec order)
    {
        var price = order.Price ?? Taking(account.Venue, order);
        var opposite = Reducible(account, account.KeyOf(order), order.Side);
        var increase = Reduces(order) ? 0m : Math.Max(0m, order.Qty - opposite);
        return increase * price * ((1m / order.Leverage) + TakerFee);
    }

    public decimal UnrealizedPnl(Account account) =>
        account.OpenPositions.Sum(p => p.Qty * (exchange.QuoteOf(account.Venue, p.Key.Symbol).Mark - p.EntryPrice));

    public decimal PositionMargin(Account account) => account.OpenPositions.Sum(p => MarginOf(account, p));

    public decimal MarginOf(Account account, Position position) =>
        Math.Abs(position.Qty) * exchange.QuoteOf(account.Venue, position.Key.Symbol).Mark / LeverageOf(account, position.Key);

    public static decimal LeverageOf(Account account, PositionKey key) =>
        account.LeverageOf(key.Symbol, key.Margin.Length > 0 ? key.Margin : account.MarginOf(key.Symbol), key.Side);

    public decimal OrderMargin(Account account) =>
        account.OpenOrders.Where(o => !Reduces(o.Spec)).Sum(o => o.Left * (o.Spec.Price ?? Taking(account.Venue, o.Spec)) / o.Spec.Leverage);

    public decimal Available(Account account) =>
        Math.Max(0m, account.Wallet + UnrealizedPnl(account) - PositionMargin(account) - OrderMargin(account));

    /// <summary>In hedge mode the side itself says that an order closes.</summary>
    public static bool Reduces(OrderSpec order) =>
        order.ReduceOnly || order.ClosePosition
        || (order.PositionSide == PositionSide.Long && order.Side == Side.Sell)
        || (order.PositionSide == PositionSide.Short && order.Side == Side.Buy);

    /// <summary>How much of the position an order of this side could close.</summary>
    public static decimal Reducible(Account account, PositionKey key, Side side)
    {
        var qty = account.PositionOf(key).Qty;
        return side == Side.Sell ? Math.Max(0m, qty) : Math.Max(0m, -qty);
    }

    /// <summary>It would be filled at once.</summary>
    internal bool Crosses(VenueKind venue, OrderSpec spec) =>
        spec.Side == Side.Buy ? spec.Price >= exchange.QuoteOf(venue, spec.Symbol).Ask : spec.Price <= exchange.QuoteOf(venue, spec.Symbol).Bid;

    /// <summary>At what price the market fills it.</summary>
    internal decimal Taking(VenueKind venue, OrderSpec spec) => spec.Side == Side.Buy ? exchange.QuoteOf(venue, spec.Symbol).Ask : exchange.QuoteOf(venue, spec.Symbol).Bid;

    internal Refusal? Check(Account account, OrderSpec order)
    {
        var instrument = Instruments.Find(account.Venue, order.Symbol)!;
        return CheckClientId(account, order)
            ?? CheckQuantity(order, instrument)
            ?? CheckPrice(account, order, instrument)
            ?? CheckReduction(account, order)
            ?? (account.OpenOrders.Count() >= MostOpenOrders ? new Refusal(Reason.TooManyOrders) : null)
            ?? (Required(account, order) > Available(account) ? new Refusal(Reason.Margin) : null);
    }

    /// <summary>Binance and OKX forget an id as soon as its order is no longer open; Bybit never does.</summary>
    private static Refusal? CheckClientId(Account account, OrderSpec order)
    {
        var used = account.OrdersOf(order.ClientId);
        var taken = account.Venue == VenueKind.Bybit
            ? used.Count > 0 || account.AlgosOf(order.ClientId).Count > 0
            : used.Any(o => o.IsOpen);
        return taken ? new Refusal(Reason.DuplicateClientId) : null;
    }

    private static Refusal? CheckQuantity(OrderSpec order, Instrument instrument) =>
        order.Qty <= 0m || order.Qty < instrument.MinQty ? new Refusal(Reason.QtyTooSmall, Number.Text(instrument.MinQty))
        : !Instruments.OnGrid(order.Qty, instrument.Step) ? new Refusal(Reason.QtyStep)
        : order.Qty > (order.Kind == OrderKind.Market ? instrument.MaxMarketQty : instrument.MaxQty) ? new Refusal(Reason.QtyTooLarge)
        : null;

    private Refusal? CheckPrice(Account account, OrderSpec order, Instrument instrument)
    {
        var quote = exchange.QuoteOf(account.Venue, order.Symbol);
        if (order.Kind == OrderKind.Limit)
        {
            if (order.Price is not > 0m || !Instruments.OnGrid(order.Price.Value, instrument.Tick))
            {
                return new Refusal(Reason.PriceTick);
            }

            // The band is on the side where the order would trade through the market.
            var limit = order.Side == Side.Buy ? quote.Mark * (1m + instrument.Band) : quote.Mark * (1m - instrument.Band);
            if (order.Side == Side.Buy ? order.Price > limit : order.Price < limit)
            {
                return new Refusal(Reason.PriceBand, Number.Text(decimal.Round(limit, 4)));
            }
        }

        return !Reduces(order) && order.Qty * (order.Price ?? quote.Mark) < instrument.MinNotional
            ? new Refusal(Reason.NotionalTooSmall, Number.Text(instrument.MinNotional))
            : null;
    }

    private static Refusal? CheckReduction(Account account, OrderSpec order)
    {
        if (account.Hedge == (order.PositionSide == PositionSide.Net))
        {
            return new Refusal(Reason.PositionSideMismatch);
        }

        if (!Reduces(order))
        {
            return null;
        }

        var key = account.KeyOf(order);
        var reducible = Reducible(account, key, order.Side);
        return reducible > 0m
            ? account.Venue != VenueKind.Bybit && order.PositionSide != PositionSide.Net && order.Qty > reducible ? new Refusal(Reason.NothingToReduce, "too large") : null
            : new Refusal(account.PositionOf(key).Qty == 0m ? Reason.NothingToReduce : Reason.ReduceWrongSide);
    }
}
