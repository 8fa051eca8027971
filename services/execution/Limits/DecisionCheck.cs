using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Limits;

/// <summary>What the simulated exchange fills: quantity in the base asset, price and fee in quote currency.</summary>
public sealed record PlannedFill(bool Buy, decimal Qty, decimal Price, decimal Fee)
{
    /// <summary>The fee left another wallet than the account's balance; what it was worth is a cost all the same.</summary>
    public bool IsFeeElsewhere { get; init; }
}

/// <summary>
/// Sizes a decision and refuses it where it must be; pure but for whether the market's feed lives, so that every limit can be tried at its edge.
/// </summary>
public sealed class DecisionCheck(InstrumentTable instruments, ExecutionOptions options, FeedLife feed)
{
    /// <summary>Products of values below this stay inside <c>decimal</c> and inside the table's columns.</summary>
    public const decimal LargestNumber = 1_000_000_000m;

    /// <summary>What simulated accounts that fill at once know of a symbol; null for one that they do not trade.</summary>
    public Instrument? Find(string symbol) => instruments.Find(symbol);

    /// <param name="byCommand">A person's close-all: it goes past halts and limits, which it is there for, and past nothing else.</param>
    /// <param name="venue">The venue's own rules for the symbol, null for the simulated account's.</param>
    public Verdict Check(TradeDecision decision, AccountState account, PriceTick? tick, DateTimeOffset now, Gate gate, bool byCommand = false, Instrument? venue = null)
    {
        if (OutOfRange(decision) is { } range)
        {
            return Refuse(decision, range);
        }

        if (decision.Action == TradeAction.NoTrade)
        {
            return new Verdict.Recorded();
        }

        if (!byCommand && (gate.Refusal(decision) ?? Expired(decision, now, gate.Limits)) is { } held)
        {
            return Refuse(decision, held);
        }

        var instrument = venue ?? instruments.Find(decision.Symbol);
        if (BadOrder(decision, instrument, gate.Limits, takesLimits: venue is not null) is { } refused)
        {
            return Refuse(decision, refused);
        }

        if (decision.Action == TradeAction.Close)
        {
            // A venue has the price. Here the exit waits for one, by the options' age alone: a limit holds no exit back.
            var noPrice = venue is null ? BadPrice(decision.Symbol, tick, now, options.MaxPriceAge) : null;
            return Close(decision, account, Priced(decision, tick, now, gate), noPrice, instrument!, now, byCommand ? null : gate, venue is not null);
        }

        return BadPrice(decision.Symbol, tick, now, gate.Limits.MaxPriceAge) is { } bad ? Refuse(decision, bad) : Open(decision, account, tick!, instrument!, now, gate);
    }

    /// <summary>
    /// The price that the decision is sized and filled at: the last trade, or the mark price where the last trade is too old and the mark price is not. The
    /// last trade all the same where both are, or null where there was none: then nothing is filled.
    /// </summary>
    public PriceTick? Priced(TradeDecision decision, PriceTick? tick, DateTimeOffset now, Gate gate) =>
        tick is null ? null : QuietPrice.At(tick, now, decision.Action == TradeAction.Close ? options.MaxPriceAge : gate.Limits.MaxPriceAge) ?? tick;

    /// <summary>What can be said before a venue's own rules and the account as it will be are known.</summary>
    public static Verdict CheckForVenue(TradeDecision decision, DateTimeOffset now, Gate gate, bool byCommand)
    {
        if (OutOfRange(decision) is { } range)
        {
            return Refuse(decision, range);
        }

        if (decision.Action == TradeAction.NoTrade)
        {
            return new Verdict.Recorded();
        }

        return (byCommand ? null : gate.Refusal(decision) ?? Expired(decision, now, gate.Limits)) is { } held
            ? Refuse(decision, held)
            : new Verdict.AtVenue { Buy = SideOf(decision) };
    }

    /// <summary>It waits for its price.</summary>
    public static bool IsLimit(TradeDecision decision) => string.Equals(decision.OrderType, OrderTypes.Limit, StringComparison.OrdinalIgnoreCase);

    public static RejectionReason? OutOfRange(TradeDecision decision) =>
        Math.Abs(decision.Qty) > LargestNumber ? Rejections.NumberOutOfRange("qty", decision.Qty, LargestNumber)
        : Math.Abs(decision.MarginUsd) > LargestNumber ? Rejections.NumberOutOfRange("margin_usd", decision.MarginUsd, LargestNumber)
        : Math.Abs(decision.Leverage) > LargestNumber ? Rejections.NumberOutOfRange("leverage", decision.Leverage, LargestNumber)
        : null;

    /// <summary>How old a decision may be is ours to say, and ours holds no exit back; until when it is valid is its sender's.</summary>
    private static RejectionReason? Expired(TradeDecision decision, DateTimeOffset now, EffectiveLimits limits) =>
        decision.Action != TradeAction.Close && now - decision.CreatedAt > limits.MaxDecisionAge ? Rejections.DecisionTooOld(limits.MaxDecisionAge, now - decision.CreatedAt)
        : decision.ValidUntil is { } until && now > until ? Rejections.NoLongerValid(until, now)
        : null;

    private static RejectionReason? BadOrder(TradeDecision decision, Instrument? instrument, EffectiveLimits limits, bool takesLimits)
    {
        if (instrument is null)
        {
            return Rejections.UnknownSymbol(decision.Symbol);
        }

        if (instrument.Fault is { } fault)
        {
            return Rejections.InstrumentUnreadable(decision.Symbol, fault);
        }

        var isLimit = IsLimit(decision);
        if (!string.IsNullOrEmpty(decision.OrderType) && !(isLimit ? takesLimits : decision.OrderType.Equals(OrderTypes.Market, StringComparison.OrdinalIgnoreCase)))
        {
            return Rejections.UnsupportedOrderType(decision.OrderType);
        }

        if (isLimit && (decision.Price is not { } price || price < instrument.Tick || price > LargestNumber))
        {
            return Rejections.NumberOutOfRange("price", decision.Price ?? 0m, decision.Price > LargestNumber ? LargestNumber : instrument.Tick);
        }

        // The way out stays open whatever the settings say.
        return decision.Action == TradeAction.Close ? null : BadLeverage(decision, instrument, limits);
    }

    /// <summary>A leverage that would not be set as it is, so that an order would be sized with another number than its margin is locked by.</summary>
    public static RejectionReason? BadLeverage(TradeDecision decision, Instrument instrument, EffectiveLimits limits)
    {
        var (leverage, most) = (decision.Leverage, Math.Min(limits.MaxLeverage, instrument.MaxLeverage ?? decimal.MaxValue));
        return leverage > most ? Rejections.LeverageTooHigh(most, leverage)
            : leverage < 1m ? Rejections.LeverageTooLow(leverage)
            : instrument.LeverageStep is { } step && !Sizing.IsOn(leverage, step) ? Rejections.LeverageStep(step, leverage, Math.Max(1m, Sizing.RoundDown(leverage, step)))
            : null;
    }

    /// <summary>Why there is nothing to trade on: no price at all, or neither a trade nor a mark price that is young.</summary>
    public static RejectionReason? BadPrice(string symbol, PriceTick? tick, DateTimeOffset now, TimeSpan longest) =>
        tick is null ? Rejections.PriceMissing(symbol)
        : QuietPrice.At(tick, now, longest) is null ? Rejections.PriceStale(longest, now - tick.LastSeen())
        : null;

    /// <summary>Why nothing may be entered although there is a price, null where the feed lives or has no life to tell of.</summary>
    private RejectionReason? DeadFeed(DateTimeOffset now) =>
        feed.Last is not { } life ? null
        : !life.IsAlive ? Rejections.FeedDead(life.Since, now)
        : now - life.Since > options.MaxFeedAge ? Rejections.FeedUnheard(options.MaxFeedAge, now - life.Since)
        : null;

    /// <summary>
    /// Reduces only: never more than is held, and free of the minimum notional, as reduce-only orders are on the exchange. No limit holds
    /// it back, but too many a minute set the group to reducing all the same.
    /// </summary>
    /// <param name="noPrice">Why it cannot be filled yet, null where it can.</param>
    /// <param name="gate">Null where nobody counts.</param>
    private Verdict Close(
        TradeDecision decision, AccountState account, PriceTick? tick, RejectionReason? noPrice, Instrument instrument, DateTimeOffset now,
        Gate? gate, bool atVenue)
    {
        var held = account.QtyOf(decision.Symbol);
        if (held == 0m)
        {
            return new Verdict.Refused(Rejections.NoPosition(decision.Symbol));
        }

        var buy = held < 0m;
        // Where we fill ourselves all of it is taken unrounded, so that nothing can be left behind; a venue takes whole steps only.
        var isAll = decision.Qty == 0m || decision.Qty >= Math.Abs(held);
        var qty = isAll && !atVenue ? Math.Abs(held) : Sizing.RoundDown(isAll ? Math.Abs(held) : decision.Qty, instrument.Step);
        var least = LeastOf(instrument);
        return qty < least && qty != Math.Abs(held)
            ? new Verdict.Refused(Rejections.QtyTooSmall(least, decision.Qty, Math.Min(least, Math.Abs(held)), "qty")) { Buy = buy }
            : noPrice is not null ? new Verdict.Waiting(Rejections.WaitingForPrice(decision.Symbol, noPrice)) { Buy = buy, Qty = qty }
            : new Verdict.Filled(Fill(decision, buy, qty, tick, instrument)) { Buy = buy, Qty = qty, Trip = gate is null ? null : OrderLimits.Rate(account, now, gate) };
    }

    /// <summary>
    /// One order of the sized quantity, netted against what is held: LONG 1 while short 3 leaves short 2, LONG 3 while short 1
    /// turns to long 2. The order is what the decision's margin buys, neither more nor less, as on a one-way exchange account;
    /// a bot that wants out first sends CLOSE.
    /// </summary>
    private Verdict Open(TradeDecision decision, AccountState account, PriceTick tick, Instrument instrument, DateTimeOffset now, Gate gate)
    {
        var buy = decision.Action == TradeAction.Long;
        var priced = Priced(decision, tick, now, gate)!;
        var price = IsLimit(decision) ? LimitPrice(decision, buy, instrument) : priced.Price;
        var bySize = decision.Qty != 0m;
        var qty = bySize ? Sizing.RoundDown(decision.Qty, instrument.Step) : Sizing.FromMargin(decision.MarginUsd, decision.Leverage, price, instrument.Step);
        if (qty < LeastOf(instrument))
        {
            var raw = bySize ? decision.Qty : decision.MarginUsd * decision.Leverage / price;
            var (nearest, unit) = Least(decision, price, instrument);
            return new Verdict.Refused(Rejections.QtyTooSmall(LeastOf(instrument), decimal.Round(raw, 18), nearest, unit)) { Buy = buy };
        }

        var held = account.QtyOf(decision.Symbol) * (buy ? 1m : -1m);
        var order = new SizedOrder(decision, instrument, Fill(decision, buy, qty, priced, instrument), held, price);
        if (qty > order.MaxQty)
        {
            return new Verdict.Refused(Rejections.QtyTooLarge(order.MaxQty, qty, OrderLimits.Largest(order, account, gate.Limits, options.TakerFeeBps))) { Buy = buy, Qty = qty };
        }

        if (qty * price < instrument.MinNotional)
        {
            var (nearest, unit) = Least(decision, price, instrument);
            return new Verdict.Refused(Rejections.NotionalTooSmall(instrument.MinNotional, qty * price, nearest, unit)) { Buy = buy, Qty = qty };
        }

        // An entry without the protection its sender asked for would be the wrong order. It is checked against the last trade, however old: that is
        // what sets protection off.
        var (protection, unprotectable) = ProtectionRules.Check(decision, order.Fill, order.After, tick.Price, instrument);
        if (unprotectable is not null)
        {
            return new Verdict.Refused(unprotectable) { Buy = buy, Qty = qty };
        }

        var rate = OrderLimits.Rate(account, now, gate);
        if (order.After <= 0m)
        {
            // The way out stays open: it makes the group's position smaller and turns nothing.
            return new Verdict.Filled(order.Fill) { Buy = buy, Qty = qty, Trip = rate };
        }

        var refused = DeadFeed(now)
            ?? Reducing(order, gate)
            ?? Blackout(order, gate, now)
            ?? OrderLimits.Unsized(decision, account, price, now, gate.Limits)
            ?? OrderLimits.Sized(order, account, gate.Limits, options.TakerFeeBps);
        return refused is not null ? new Verdict.Refused(refused) { Buy = buy, Qty = qty }
            : rate is not null ? new Verdict.Refused(rate) { Buy = buy, Qty = qty, Trip = rate }
            : new Verdict.Filled(order.Fill, protection) { Buy = buy, Qty = qty };
    }

    private static RejectionReason? Reducing(SizedOrder order, Gate gate)
    {
        if (gate.State != TradingState.Reducing)
        {
            return null;
        }

        return gate.RefusalOfIncrease(WayOut(order));
    }

    private static RejectionReason? Blackout(SizedOrder order, Gate gate, DateTimeOffset now) =>
        gate.Blackout(order.Decision.GroupName, order.Decision.Symbol, now) is { } reason ? reason with { NearestAcceptable = WayOut(order) } : null;

    /// <summary>What of an order that turns a position would only close it; null where it is no way out at all.</summary>
    private static string? WayOut(SizedOrder order) =>
        order.Held < 0m && DecisionSize.InUnitOf(order.Decision, Sizing.RoundDown(-order.Held, order.Instrument.Step), order.Price, order.Instrument) is { } nearest
            ? Rejections.Text(nearest.Value)
            : null;

    /// <summary>Less than a step is nothing, also where an exchange names no minimum.</summary>
    private static decimal LeastOf(Instrument instrument) => Math.Max(instrument.MinQty, instrument.Step);

    /// <summary>The least that would have done, in the unit that the decision gave.</summary>
    private static (decimal Value, string Unit) Least(TradeDecision decision, decimal price, Instrument instrument) =>
        decision.Qty != 0m
            ? (Sizing.LeastQty(instrument, price), DecisionSize.Qty)
            : (Sizing.LeastMargin(instrument, price, decision.Leverage), DecisionSize.Margin);

    /// <summary>Without a price, which only an exit at a venue has not, price and fee are 0: the venue says them.</summary>
    private PlannedFill Fill(TradeDecision decision, bool buy, decimal qty, PriceTick? tick, Instrument instrument)
    {
        var price = IsLimit(decision)
            ? LimitPrice(decision, buy, instrument)
            : tick is null
            ? 0m
            : MarketFill.Price(buy, tick.Price, tick.Bid, tick.Ask, instrument, options.SlippageBps);
        return new PlannedFill(buy, qty, price, MarketFill.Fee(qty, price, options.TakerFeeBps));
    }

    /// <summary>On the grid, and never worse than what was asked for.</summary>
    private static decimal LimitPrice(TradeDecision decision, bool buy, Instrument instrument) =>
        buy ? Sizing.RoundDown(decision.Price!.Value, instrument.Tick) : Sizing.RoundUp(decision.Price!.Value, instrument.Tick);

    /// <summary>Refuses whatever the numbers say.</summary>
    public static Verdict Refuse(TradeDecision decision, RejectionReason reason) => new Verdict.Refused(reason) { Buy = SideOf(decision) };

    private static bool? SideOf(TradeDecision decision) => decision.Action switch { TradeAction.Long => true, TradeAction.Short => false, _ => null };
}
