using TradingSystem.Contracts.Bus;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// A sized order that adds risk, before it is allowed. <c>Held</c> is the group's position counted in the order's direction: negative
/// where the order first takes back what is held. <c>Price</c> is the one at which notionals are counted: the last, or the limit of a
/// limit order.
/// </summary>
public readonly record struct SizedOrder(TradeDecision Decision, Instrument Instrument, PlannedFill Fill, decimal Held, decimal Price)
{
    public decimal Qty => Fill.Qty;

    /// <summary>The most that the exchange takes in one order of its type, in the base asset.</summary>
    public decimal MaxQty => DecisionCheck.IsLimit(Decision) ? Instrument.MaxLimitQty : Instrument.MaxMarketQty;

    /// <summary>The position that it would leave.</summary>
    public decimal After => Held + Fill.Qty;
}

/// <summary>The limits on new risk. Nothing here holds back an order that only makes the group's position smaller.</summary>
public static class OrderLimits
{
    private const decimal BpsPerUnit = 10_000m;

    /// <summary>What does not depend on the order's size.</summary>
    public static RejectionReason? Unsized(TradeDecision decision, AccountState account, decimal price, DateTimeOffset now, EffectiveLimits limits)
    {
        if (limits.Symbols is { } allowed && !allowed.Contains(decision.Symbol))
        {
            return Rejections.SymbolNotAllowed(allowed, decision.Symbol);
        }

        return OffEntry(decision, price, limits)
            ?? (account.Group.LastLossAt is { } lost && now - lost < limits.CooldownAfterLoss ? Rejections.Cooldown(limits.CooldownAfterLoss, now - lost) : null)
            ?? (account.OpenOrders >= limits.MaxOpenOrders ? Rejections.OpenOrders(limits.MaxOpenOrders, account.OpenOrders) : null)
            ?? Loss(account, limits);
    }

    /// <summary>What a smaller order could pass, with the largest one that passes all of it.</summary>
    public static RejectionReason? Sized(SizedOrder order, AccountState account, EffectiveLimits limits, decimal feeBps)
    {
        var notional = order.Qty * order.Price;
        if (order.Qty > limits.MaxOrderQty)
        {
            return Rejections.OrderQty(limits.MaxOrderQty, order.Qty, Largest(order, account, limits, feeBps));
        }

        if (notional > limits.MaxOrderNotional)
        {
            return Rejections.OrderNotional(limits.MaxOrderNotional, notional, Largest(order, account, limits, feeBps));
        }

        var position = order.After * order.Price;
        if (position > limits.MaxPositionNotional)
        {
            return Rejections.PositionNotional(limits.MaxPositionNotional, position, Largest(order, account, limits, feeBps));
        }

        if (limits.MaxSymbolNotional != decimal.MaxValue || limits.MaxAccountNotional != decimal.MaxValue)
        {
            var (inSymbol, all) = account.OthersThan(order.Decision.Symbol);
            if (inSymbol + position > limits.MaxSymbolNotional)
            {
                return Rejections.SymbolNotional(limits.MaxSymbolNotional, inSymbol + position, Largest(order, account, limits, feeBps));
            }

            if (all + position > limits.MaxAccountNotional)
            {
                return Rejections.AccountNotional(limits.MaxAccountNotional, all + position, Largest(order, account, limits, feeBps));
            }
        }

        return Margin(order, account, limits, feeBps);
    }

    /// <summary>Beyond the rates of orders: held back if it adds risk, and the group may only reduce from now on in any case.</summary>
    public static RejectionReason? Rate(AccountState account, DateTimeOffset now, Gate gate)
    {
        if (!gate.Limits.CountsOrders)
        {
            return null;
        }

        var (limits, byGroup, byAccount) = (gate.Limits, account.Group.Orders.Count(now), account.Account.Orders.Count(now));
        return byGroup >= limits.MaxGroupOrdersPerMinute ? Rejections.GroupOrderRate(limits.MaxGroupOrdersPerMinute, byGroup + 1)
            : byAccount >= limits.MaxOrdersPerMinute ? Rejections.OrderRate(limits.MaxOrdersPerMinute, byAccount + 1)
            : null;
    }

    /// <summary>The largest order in this direction that every limit lets pass, in the decision's unit; null where none is large enough to be traded.</summary>
    public static Nearest? Largest(SizedOrder order, AccountState account, EffectiveLimits limits, decimal feeBps)
    {
        var (instrument, price, held) = (order.Instrument, order.Price, order.Held);
        var (inSymbol, all) = account.OthersThan(order.Decision.Symbol);
        var (marginPerUnit, feePerUnit) = (order.Fill.Price / order.Decision.Leverage, order.Fill.Price * feeBps / BpsPerUnit);
        var largest = Math.Min(order.MaxQty, limits.MaxOrderQty);
        largest = Math.Min(largest, Units(limits.MaxOrderNotional, price));
        largest = Math.Min(largest, Units(limits.MaxPositionNotional, price) - held);
        largest = Math.Min(largest, Units(Left(limits.MaxSymbolNotional, inSymbol), price) - held);
        largest = Math.Min(largest, Units(Left(limits.MaxAccountNotional, all), price) - held);
        largest = Math.Min(largest, (account.AvailableFor(order.Decision.Symbol) - (held * marginPerUnit)) / (marginPerUnit + feePerUnit));
        // What only takes back is held by none of them but the exchange's own.
        largest = Math.Max(largest, held < 0m ? Math.Min(-held, order.MaxQty) : 0m);
        return DecisionSize.InUnitOf(order.Decision, Sizing.RoundDown(largest, instrument.Step), price, instrument);
    }

    private static RejectionReason? Margin(SizedOrder order, AccountState account, EffectiveLimits limits, decimal feeBps)
    {
        var available = account.AvailableFor(order.Decision.Symbol);
        var needed = (order.After * (order.Fill.Price / order.Decision.Leverage)) + order.Fill.Fee;
        return needed <= available ? null : Rejections.InsufficientMargin(available, needed, Largest(order, account, limits, feeBps));
    }

    private static RejectionReason? OffEntry(TradeDecision decision, decimal price, EffectiveLimits limits)
    {
        if (decision.Entry is not { } entry || limits.EntryBandBps == decimal.MaxValue)
        {
            return null;
        }

        if (entry is <= 0m or > DecisionCheck.LargestNumber)
        {
            return Rejections.NumberOutOfRange("entry", entry, DecisionCheck.LargestNumber);
        }

        // Compared without a division, which could round a hair's breadth away.
        var off = Math.Abs(price - entry) * BpsPerUnit;
        return off <= limits.EntryBandBps * entry ? null : Rejections.PriceOffEntry(limits.EntryBandBps, decimal.Round(off / entry, 6), entry, price);
    }

    private static RejectionReason? Loss(AccountState account, EffectiveLimits limits)
    {
        if (!limits.CountsLosses)
        {
            return null;
        }

        var (byAccount, byGroup) = account.LossToday();
        return byAccount >= limits.MaxDailyLoss ? Rejections.DailyLoss(limits.MaxDailyLoss, byAccount)
            : byGroup >= limits.MaxGroupDailyLoss ? Rejections.GroupDailyLoss(limits.MaxGroupDailyLoss, byGroup)
            : null;
    }

    private static decimal Units(decimal notional, decimal price) => notional == decimal.MaxValue ? decimal.MaxValue / 2m : notional / price;

    private static decimal Left(decimal limit, decimal used) => limit == decimal.MaxValue ? limit : limit - used;
}
