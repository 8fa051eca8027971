using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Instruments;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Risk;

/// <summary>What the simulated exchange fills: quantity in the base asset, price and fee in quote currency.</summary>
public sealed record PlannedFill(bool Buy, decimal Qty, decimal Price, decimal Fee);

/// <summary>Outcome of a check: a fill, a reason for none, or neither for what is only recorded.</summary>
public sealed record Verdict(PlannedFill? Fill, RejectionReason? Reason, bool? Buy = null, decimal Qty = 0m);

/// <summary>Sizes a decision and refuses it where it must be; pure, so that every limit can be tried at its edge.</summary>
public sealed class DecisionCheck(InstrumentTable instruments, ExecutionOptions options)
{
    /// <summary>Products of values below this stay inside <c>decimal</c> and inside the table's columns.</summary>
    public const decimal LargestNumber = 1_000_000_000m;

    public Verdict Check(TradeDecision decision, AccountState account, PriceTick? tick, DateTimeOffset now)
    {
        if (OutOfRange(decision) is { } range)
        {
            return Refuse(decision, range);
        }

        if (decision.Action == TradeAction.NoTrade)
        {
            return new Verdict(null, null);
        }

        var instrument = instruments.Find(decision.Symbol);
        var refused = Expired(decision, now) ?? BadOrder(decision, instrument) ?? BadPrice(decision.Symbol, tick, now);
        if (refused is not null)
        {
            return Refuse(decision, refused);
        }

        return decision.Action == TradeAction.Close
            ? Close(decision, account.QtyOf(decision.Symbol), tick!, instrument!)
            : Open(decision, account, tick!, instrument!);
    }

    public static RejectionReason? OutOfRange(TradeDecision decision) =>
        Math.Abs(decision.Qty) > LargestNumber ? Rejections.NumberOutOfRange("qty", decision.Qty, LargestNumber)
        : Math.Abs(decision.MarginUsd) > LargestNumber ? Rejections.NumberOutOfRange("margin_usd", decision.MarginUsd, LargestNumber)
        : Math.Abs(decision.Leverage) > LargestNumber ? Rejections.NumberOutOfRange("leverage", decision.Leverage, LargestNumber)
        : null;

    private RejectionReason? Expired(TradeDecision decision, DateTimeOffset now) =>
        now - decision.CreatedAt > options.MaxDecisionAge ? Rejections.DecisionTooOld(options.MaxDecisionAge, now - decision.CreatedAt)
        : decision.ValidUntil is { } until && now > until ? Rejections.NoLongerValid(until, now)
        : null;

    private RejectionReason? BadOrder(TradeDecision decision, Instrument? instrument)
    {
        if (instrument is null)
        {
            return Rejections.UnknownSymbol(decision.Symbol);
        }

        if (!string.IsNullOrEmpty(decision.OrderType) && !decision.OrderType.Equals("market", StringComparison.OrdinalIgnoreCase))
        {
            return Rejections.UnsupportedOrderType(decision.OrderType);
        }

        // An entry without the protection its sender asked for would be the wrong order.
        if (decision.Action != TradeAction.Close && (decision.StopLoss ?? decision.TakeProfit) is { } protection)
        {
            return Rejections.UnsupportedProtection(decision.StopLoss is null ? "take_profit" : "stop_loss", protection);
        }

        // The way out stays open whatever the settings say.
        return decision.Action == TradeAction.Close ? null
            : decision.Leverage > options.MaxLeverage ? Rejections.LeverageTooHigh(options.MaxLeverage, decision.Leverage)
            : decision.Leverage < 1m ? Rejections.LeverageTooLow(decision.Leverage)
            : null;
    }

    private RejectionReason? BadPrice(string symbol, PriceTick? tick, DateTimeOffset now) =>
        tick is null ? Rejections.PriceMissing(symbol)
        : now - tick.ObservedAt > options.MaxPriceAge ? Rejections.PriceStale(options.MaxPriceAge, now - tick.ObservedAt)
        : null;

    /// <summary>Reduces only: never more than is held, and free of the minimum notional, as reduce-only orders are on the exchange.</summary>
    private Verdict Close(TradeDecision decision, decimal held, PriceTick tick, Instrument instrument)
    {
        if (held == 0m)
        {
            return new Verdict(null, Rejections.NoPosition(decision.Symbol));
        }

        var buy = held < 0m;
        // All of it is taken unrounded, so that nothing can be left behind.
        var qty = decision.Qty == 0m || decision.Qty >= Math.Abs(held) ? Math.Abs(held) : Sizing.RoundDown(decision.Qty, instrument.Step);
        return qty < instrument.MinQty && qty != Math.Abs(held)
            ? new Verdict(null, Rejections.QtyTooSmall(instrument.MinQty, decision.Qty, Math.Min(instrument.MinQty, Math.Abs(held)), "qty"), buy, 0m)
            : new Verdict(Fill(buy, qty, tick, instrument), null, buy, qty);
    }

    /// <summary>
    /// One order of the sized quantity, netted against what is held: LONG 1 while short 3 leaves short 2, LONG 3 while short 1
    /// turns to long 2. The order is what the decision's margin buys, neither more nor less, as on a one-way exchange account;
    /// a bot that wants out first sends CLOSE.
    /// </summary>
    private Verdict Open(TradeDecision decision, AccountState account, PriceTick tick, Instrument instrument)
    {
        var buy = decision.Action == TradeAction.Long;
        var bySize = decision.Qty != 0m;
        var qty = bySize ? Sizing.RoundDown(decision.Qty, instrument.Step) : Sizing.FromMargin(decision.MarginUsd, decision.Leverage, tick.Price, instrument.Step);
        if (qty < instrument.MinQty)
        {
            var raw = bySize ? decision.Qty : decision.MarginUsd * decision.Leverage / tick.Price;
            var (nearest, unit) = Nearest(decision, tick.Price, instrument);
            return new Verdict(null, Rejections.QtyTooSmall(instrument.MinQty, decimal.Round(raw, 18), nearest, unit), buy, 0m);
        }

        if (qty > instrument.MaxMarketQty)
        {
            return new Verdict(null, Rejections.QtyTooLarge(instrument.MaxMarketQty, qty), buy, qty);
        }

        if (qty * tick.Price < instrument.MinNotional)
        {
            var (nearest, unit) = Nearest(decision, tick.Price, instrument);
            return new Verdict(null, Rejections.NotionalTooSmall(instrument.MinNotional, qty * tick.Price, nearest, unit), buy, qty);
        }

        var fill = Fill(buy, qty, tick, instrument);
        return Margin(decision, account, fill, instrument) is { } shortOf
            ? new Verdict(null, shortOf, buy, qty)
            : new Verdict(fill, null, buy, qty);
    }

    /// <summary>What would have done, in the unit that the decision gave.</summary>
    private static (decimal Value, string Unit) Nearest(TradeDecision decision, decimal price, Instrument instrument) =>
        decision.Qty != 0m
            ? (Sizing.LeastQty(instrument, price), "qty")
            : (Sizing.LeastMargin(instrument, price, decision.Leverage), "margin_usd");

    private RejectionReason? Margin(TradeDecision decision, AccountState account, PlannedFill fill, Instrument instrument)
    {
        // What is held, counted in the order's direction: negative where the order first reduces.
        var held = account.QtyOf(decision.Symbol) * (fill.Buy ? 1m : -1m);
        var after = held + fill.Qty;
        if (after <= 0m)
        {
            return null;
        }

        var available = account.AvailableFor(decision.Symbol);
        var marginPerUnit = fill.Price / decision.Leverage;
        var needed = (after * marginPerUnit) + fill.Fee;
        if (needed <= available)
        {
            return null;
        }

        var feePerUnit = fill.Price * options.TakerFeeBps / 10_000m;
        var most = Sizing.RoundDown((available - (held * marginPerUnit)) / (marginPerUnit + feePerUnit), instrument.Step);
        return Rejections.InsufficientMargin(available, needed, Math.Max(0m, most));
    }

    private PlannedFill Fill(bool buy, decimal qty, PriceTick tick, Instrument instrument)
    {
        var price = MarketFill.Price(buy, tick, instrument, options.SlippageBps);
        return new PlannedFill(buy, qty, price, MarketFill.Fee(qty, price, options.TakerFeeBps));
    }

    /// <summary>Refuses whatever the numbers say.</summary>
    public static Verdict Refuse(TradeDecision decision, RejectionReason reason) =>
        new(null, reason, decision.Action switch { TradeAction.Long => true, TradeAction.Short => false, _ => null });
}
