using TradingSystem.VenueEmulator.Faults;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Placing, filling and cancelling orders.</summary>
public sealed partial class Exchange
{
    private const decimal TakerFee = 0.0005m;
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
    public bool IsVisible(Account account, DateTimeOffset accepted) => !_faults.Hides(account.Venue, account.Key, Now(account.Venue) - accepted);

    public Outcome<Order> Place(Account account, OrderSpec order)
    {
        if (Check(account, order) is { } refusal)
        {
            return refusal;
        }

        return Accept(account, Plan(account, order with { Id = order.Id.Length > 0 ? order.Id : NewId(account.Venue) }));
    }

    public Refusal? Cancel(Account account, Order order, string reason = "user", bool byClient = true)
    {
        if (order.IsOpen && byClient && _faults.Strike(account.Venue, account.Key, Operation.Cancel, "", FaultKind.FillOnCancel) is not null)
        {
            Fill(account, order, order.Left, order.Spec.Price ?? Taking(account.Venue, order.Spec), maker: order.Spec.Kind == OrderKind.Limit);
            _messages.AddRange(_dialects[account.Venue].CancelLost(account, order));
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

        var clientId = account.Venue == VenueKind.Binance ? $"web_{NewId(VenueKind.Binance)}" : "";
        return Accept(account, new OrderSpec(
            NewId(account.Venue), clientId, key.Symbol, position.Qty > 0m ? Side.Sell : Side.Buy, key.Side, OrderKind.Market, TimeInForce.Gtc, Math.Abs(position.Qty), null, true, false,
            key.Margin.Length > 0 ? key.Margin : account.MarginOf(key.Symbol), account.LeverageOf(key.Symbol, key.Margin, key.Side), Origin.Manual));
    }

    /// <summary>A fill that the test asks for.</summary>
    public bool FillByHand(Account account, Order order, decimal qty, decimal? price)
    {
        if (!order.IsOpen || qty <= 0m || qty > order.Left)
        {
            return false;
        }

        Fill(account, order, qty, price ?? order.Spec.Price ?? Taking(account.Venue, order.Spec), maker: order.Spec.Kind == OrderKind.Limit);
        return true;
    }

    public void SetPrice(VenueKind venue, string symbol, Quote quote)
    {
        Emit(new PriceSet("", Now(venue), venue, symbol, quote));
        foreach (var account in _accounts.Values.Where(a => a.Venue == venue))
        {
            foreach (var order in account.OpenOrders.Where(o => o.Spec.Symbol == symbol && o.Spec.Kind == OrderKind.Limit && !IsHeld(o)).ToList())
            {
                if (Crosses(venue, order.Spec))
                {
                    Fill(account, order, Fillable(account, order), order.Spec.Price!.Value, maker: true);
                    EndIfNothingLeftToReduce(account, order);
                }
            }

            Trigger(account, symbol);
        }
    }

    private Order Accept(Account account, OrderSpec spec)
    {
        Emit(new OrderAccepted(account.Id, Now(account.Venue), spec));
        var order = account.Orders[spec.Id];
        Tell(account, order, null);
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
        var now = _clocks.Time.GetUtcNow();
        if (_faults.Strike(account.Venue, account.Key, Operation.Place, "", FaultKind.RejectLater) is not null)
        {
            return spec with { RejectLater = "fault" };
        }

        if (_faults.Strike(account.Venue, account.Key, Operation.Place, "", FaultKind.LateFill) is { } late)
        {
            spec = spec with { FillAt = now + late.Time };
        }

        if (_faults.Strike(account.Venue, account.Key, Operation.Place, "", FaultKind.PartialFill) is { } partial)
        {
            var step = Instruments.Find(account.Venue, spec.Symbol)!.Step;
            var first = Math.Max(step, decimal.Floor(spec.Qty * partial.Fraction / step) * step);
            spec = first < spec.Qty
                ? spec with { FirstFill = first, RestAt = partial.Seconds > 0 ? (spec.FillAt ?? now) + partial.Time : null }
                : spec;
        }

        return spec;
    }

    private void Later(Account account, Order order, TimeSpan delay) => After(delay, () => Match(account, order));

    private bool IsHeld(Order order) =>
        (order.Spec.FillAt is { } at && order.Filled == 0m && at > _clocks.Time.GetUtcNow())
        || (order.Spec.RestAt is { } rest && order.Filled > 0m && rest > _clocks.Time.GetUtcNow());

    /// <summary>Fills what can be filled now, and ends what may not wait.</summary>
    private void Match(Account account, Order order)
    {
        if (!order.IsOpen)
        {
            return;
        }

        var now = _clocks.Time.GetUtcNow();
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

        var crosses = spec.Kind == OrderKind.Market || Crosses(account.Venue, spec);
        if (crosses && spec.Tif == TimeInForce.PostOnly)
        {
            End(account, order, OrderState.Canceled, "post_only");
        }
        else if (crosses)
        {
            var first = spec.FirstFill is { } part && order.Filled == 0m;
            var qty = Math.Min(first ? spec.FirstFill!.Value : order.Left, Fillable(account, order));
            Fill(account, order, qty, Taking(account.Venue, spec), maker: false);
            EndIfNothingLeftToReduce(account, order);
            if (order.IsOpen && spec.RestAt is { } rest)
            {
                Later(account, order, rest - now);
            }
            else if (order.IsOpen && (spec.Kind == OrderKind.Market || spec.Tif != TimeInForce.Gtc))
            {
                End(account, order, Unfilled(account.Venue), "no_liquidity");
            }
        }
        else if (spec.Tif is TimeInForce.Ioc or TimeInForce.Fok)
        {
            End(account, order, Unfilled(account.Venue), "not_immediate");
        }
    }

    private static OrderState Unfilled(VenueKind venue) => venue == VenueKind.Binance ? OrderState.Expired : OrderState.Canceled;

    /// <summary>A reducing order never turns the position; what is left of it ends.</summary>
    private void EndIfNothingLeftToReduce(Account account, Order order)
    {
        if (order.IsOpen && Reduces(order.Spec) && Reducible(account, account.KeyOf(order.Spec), order.Spec.Side) == 0m)
        {
            End(account, order, Unfilled(account.Venue), "reduce_only");
        }
    }

    private decimal Fillable(Account account, Order order) =>
        Reduces(order.Spec) ? Math.Min(order.Left, Reducible(account, account.KeyOf(order.Spec), order.Spec.Side)) : order.Left;

    private void Fill(Account account, Order order, decimal qty, decimal price, bool maker)
    {
        if (qty <= 0m)
        {
            return;
        }

        var spec = order.Spec;
        var key = account.KeyOf(spec);
        var before = account.PositionOf(key);
        var (pnl, closed, openFee) = before.Preview(spec.Side == Side.Buy ? qty : -qty, price);
        var fee = qty * price * (maker ? MakerFee : TakerFee);
        // Venues keep eight digits of what they take.
        decimal? charged = account.FeeAsset == "USDT" ? null : decimal.Round(fee / QuoteOf(account.Venue, account.FeeAsset + "USDT").Last, 8);
        var fill = new Fill(NewId(account.Venue), spec.Id, qty, price, fee, maker, pnl, closed, before.EntryPrice, openFee, Now(account.Venue), account.FeeAsset, charged);
        Emit(new OrderFilled(account.Id, fill.At, fill));
        Tell(account, order, fill);
        if (order.State == OrderState.Filled)
        {
            Attach(account, order);
            FinishParent(account, order);
        }

        if (account.PositionOf(key).Qty == 0m)
        {
            EndWithPosition(account, key);
        }
    }

    private void End(Account account, Order order, OrderState state, string reason)
    {
        Emit(new OrderEnded(account.Id, Now(account.Venue), order.Spec.Id, state, reason));
        Tell(account, order, null);
        FinishParent(account, order);
    }

    private bool Crosses(VenueKind venue, OrderSpec spec) =>
        spec.Side == Side.Buy ? spec.Price >= QuoteOf(venue, spec.Symbol).Ask : spec.Price <= QuoteOf(venue, spec.Symbol).Bid;

    private decimal Taking(VenueKind venue, OrderSpec spec) => spec.Side == Side.Buy ? QuoteOf(venue, spec.Symbol).Ask : QuoteOf(venue, spec.Symbol).Bid;
}
