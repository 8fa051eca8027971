using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Placing, filling and cancelling orders.</summary>
public sealed class OrderEngine(Exchange exchange)
{
    private const decimal MakerFee = 0.0002m;
    private static readonly TimeSpan Acknowledged = TimeSpan.FromMilliseconds(5);

    /// <summary>An order by its venue id.</summary>
    public static Order? OrderById(Account account, string? id) => id is { Length: > 0 } ? account.Orders.GetValueOrDefault(id) : null;

    /// <summary>The open order of that client id, else the last one; null also while a query lags behind.</summary>
    public Order? OrderByClient(Account account, string? clientId)
    {
        if (clientId is not { Length: > 0 } || account.OrdersOf(clientId) is not { Count: > 0 } orders)
        {
            return null;
        }

        return orders.FirstOrDefault(o => o.IsOpen) ?? orders[^1];
    }

    /// <summary>A fault lets queries lag behind what was accepted.</summary>
    public bool IsVisible(Account account, DateTimeOffset accepted) => !exchange.Faults.Hides(account.Venue, account.Key, exchange.Now(account.Venue) - accepted);

    public Outcome<Order> Place(Account account, OrderSpec order)
    {
        if (exchange.Rules.Check(account, order) is { } refusal)
        {
            return refusal;
        }

        return Accept(account, Plan(account, order with { Id = order.Id.Length > 0 ? order.Id : exchange.NewId(account.Venue) }));
    }

    public Refusal? Cancel(Account account, Order order, string reason = "user", bool byClient = true)
    {
        if (order.IsOpen && byClient && exchange.Faults.Strike(account.Venue, account.Key, Operation.Cancel, "", FaultKind.FillOnCancel) is not null)
        {
            Fill(account, order, order.Left, order.Spec.Price ?? exchange.Rules.Taking(account.Venue, order.Spec), maker: order.Spec.Kind == OrderKind.Limit);
            exchange.TellCancelLost(account, order);
            // Bybit only acknowledges a cancel, too.
            return account.Venue == VenueKind.Bybit ? null : new Refusal(Reason.AlreadyEnded);
        }

        if (!order.IsOpen)
        {
            return new Refusal(Reason.AlreadyEnded);
        }

        End(account, order, OrderState.Canceled, reason);
        return null;
    }

    /// <summary>A person closes it in the venue's app.</summary>
    public Order? CloseByHand(Account account, PositionKey key)
    {
        var position = account.PositionOf(key);
        if (position.Qty == 0m)
        {
            return null;
        }

        var clientId = account.Venue == VenueKind.Binance ? $"web_{exchange.NewId(VenueKind.Binance)}" : "";
        return Accept(account, new OrderSpec(
            exchange.NewId(account.Venue), clientId, key.Symbol, position.Qty > 0m ? Side.Sell : Side.Buy, key.Side, OrderKind.Market, Math.Abs(position.Qty), null, true, false,
            key.Margin.Length > 0 ? key.Margin : account.MarginOf(key.Symbol), account.LeverageOf(key.Symbol, key.Margin, key.Side), Origin.Manual));
    }

    /// <summary>A fill that the test asks for.</summary>
    public bool FillByHand(Account account, Order order, decimal qty, decimal? price)
    {
        if (!order.IsOpen || qty <= 0m || qty > order.Left)
        {
            return false;
        }

        Fill(account, order, qty, price ?? order.Spec.Price ?? exchange.Rules.Taking(account.Venue, order.Spec), maker: order.Spec.Kind == OrderKind.Limit);
        return true;
    }

    /// <summary>The market moved: limit orders that it reached are filled.</summary>
    internal void Reached(Account account, string symbol)
    {
        foreach (var order in account.OpenOrders.Where(o => o.Spec.Symbol == symbol && o.Spec.Kind == OrderKind.Limit && !IsHeld(o)).ToList())
        {
            if (exchange.Rules.Crosses(account.Venue, order.Spec))
            {
                Fill(account, order, Fillable(account, order), order.Spec.Price!.Value, maker: true);
                EndIfNothingLeftToReduce(account, order);
            }
        }
    }

    internal Order Accept(Account account, OrderSpec spec)
    {
        exchange.Emit(new OrderAccepted(account.Id, exchange.Now(account.Venue), spec));
        var order = account.Orders[spec.Id];
        exchange.Tell(account, order, null);
        // Bybit only acknowledges; what becomes of the order is told later.
        if (spec.RejectLater is not null || (account.Venue == VenueKind.Bybit && spec.Origin == Origin.Api))
        {
            Later(account, order, Acknowledged);
        }
        else
        {
            Match(account, order);
        }

        return order;
    }

    private OrderSpec Plan(Account account, OrderSpec spec)
    {
        var now = exchange.Time.GetUtcNow();
        if (exchange.Faults.Strike(account.Venue, account.Key, Operation.Place, "", FaultKind.RejectLater) is not null)
        {
            return spec with { RejectLater = "fault" };
        }

        if (exchange.Faults.Strike(account.Venue, account.Key, Operation.Place, "", FaultKind.LateFill) is { } late)
        {
            spec = spec with { FillAt = now + late.Time };
        }

        if (exchange.Faults.Strike(account.Venue, account.Key, Operation.Place, "", FaultKind.PartialFill) is { } partial)
        {
            var step = Instruments.Find(account.Venue, spec.Symbol)!.Step;
            var first = Math.Max(step, decimal.Floor(spec.Qty * partial.Fraction / step) * step);
            spec = first < spec.Qty
                ? spec with { FirstFill = first, RestAt = partial.Seconds > 0 ? (spec.FillAt ?? now) + partial.Time : null }
                : spec;
        }

        return spec;
    }

    internal void Later(Account account, Order order, TimeSpan delay) => exchange.After(delay, () => Match(account, order));

    private bool IsHeld(Order order) =>
        (order.Spec.FillAt is { } at && order.Filled == 0m && at > exchange.Time.GetUtcNow())
        || (order.Spec.RestAt is { } rest && order.Filled > 0m && rest > exchange.Time.GetUtcNow());

    /// <summary>Fills what can be filled now; what is left of a market order ends.</summary>
    private void Match(Account account, Order order)
    {
        if (!order.IsOpen)
        {
            return;
        }

        var now = exchange.Time.GetUtcNow();
        var spec = order.Spec;
        if (spec.RejectLater is { } reason)
        {
            End(account, order, OrderState.Rejected, reason);
            return;
        }

        if (IsHeld(order))
        {
            Later(account, order, (order.Filled == 0m ? spec.FillAt!.Value : spec.RestAt!.Value) - now);
            return;
        }

        if (spec.Kind == OrderKind.Market || exchange.Rules.Crosses(account.Venue, spec))
        {
            var first = spec.FirstFill is { } part && order.Filled == 0m;
            var qty = Math.Min(first ? spec.FirstFill!.Value : order.Left, Fillable(account, order));
            Fill(account, order, qty, exchange.Rules.Taking(account.Venue, spec), maker: false);
            EndIfNothingLeftToReduce(account, order);
            if (order.IsOpen && spec.RestAt is { } rest)
            {
                Later(account, order, rest - now);
            }
            else if (order.IsOpen && spec.Kind == OrderKind.Market)
            {
                End(account, order, Unfilled(account.Venue), "no_liquidity");
            }
        }
    }

    private static OrderState Unfilled(VenueKind venue) => venue == VenueKind.Binance ? OrderState.Expired : OrderState.Canceled;

    /// <summary>A reducing order never turns the position; what is left of it ends.</summary>
    private void EndIfNothingLeftToReduce(Account account, Order order)
    {
        if (order.IsOpen && OrderRules.Reduces(order.Spec) && OrderRules.Reducible(account, account.KeyOf(order.Spec), order.Spec.Side) == 0m)
        {
            End(account, order, Unfilled(account.Venue), "reduce_only");
        }
    }

    private decimal Fillable(Account account, Order order) =>
        OrderRules.Reduces(order.Spec) ? Math.Min(order.Left, OrderRules.Reducible(account, account.KeyOf(order.Spec), order.Spec.Side)) : order.Left;

    private void Fill(Account account, Order order, decimal qty, decimal price, bool maker)
    {
        if (qty <= 0m)
        {
            return;
        }

        var spec = order.Spec;
        var key = account.KeyOf(spec);
        var before = account.PositionOf(key);
        var (pnl, closed) = before.Preview(spec.Side == Side.Buy ? qty : -qty, price);
        var fee = qty * price * (maker ? MakerFee : OrderRules.TakerFee);
        // Venues keep eight digits of what they take.
        decimal? charged = account.FeeAsset == "USDT" ? null : decimal.Round(fee / exchange.QuoteOf(account.Venue, account.FeeAsset + "USDT").Last, 8);
        var fill = new Fill(exchange.NewId(account.Venue), spec.Id, qty, price, fee, maker, pnl, closed, exchange.Now(account.Venue), account.FeeAsset, charged);
        exchange.Emit(new OrderFilled(account.Id, fill.At, fill));
        exchange.Tell(account, order, fill);
        if (order.State == OrderState.Filled)
        {
            exchange.Algos.FinishParent(account, order);
        }

        if (account.PositionOf(key).Qty == 0m)
        {
            exchange.Algos.EndWithPosition(account, key);
        }
    }

    private void End(Account account, Order order, OrderState state, string reason)
    {
        exchange.Emit(new OrderEnded(account.Id, exchange.Now(account.Venue), order.Spec.Id, state, reason));
        exchange.Tell(account, order, null);
        exchange.Algos.FinishParent(account, order);
    }
}
