namespace TradingSystem.Venues.Instruments;

/// <summary>Quantities on the exchange's grid.</summary>
public static class Sizing
{
    /// <summary>Quote currency: margins are whole multiples of it.</summary>
    public const decimal Cent = 0.01m;

    /// <summary>The largest multiple of <paramref name="step"/> that is not above <paramref name="value"/>.</summary>
    public static decimal RoundDown(decimal value, decimal step)
    {
        var rounded = decimal.Floor(value / step) * step;
        // The division itself rounds in its 28th digit, which may carry over the next step.
        return rounded > value ? rounded - step : rounded;
    }

    /// <summary>The smallest multiple of <paramref name="step"/> that is not below <paramref name="value"/>.</summary>
    public static decimal RoundUp(decimal value, decimal step)
    {
        var rounded = decimal.Ceiling(value / step) * step;
        return rounded < value ? rounded + step : rounded;
    }

    /// <summary>A whole multiple of <paramref name="unit"/>.</summary>
    public static bool IsOn(decimal value, decimal unit) => value % unit == 0m;

    /// <summary>margin × leverage / price rounded down to the lot step: its notional never exceeds margin × leverage.</summary>
    public static decimal FromMargin(decimal marginUsd, decimal leverage, decimal price, decimal step)
    {
        var qty = RoundDown(marginUsd * leverage / price, step);
        return qty * price > marginUsd * leverage ? qty - step : qty;
    }

    /// <summary>The least quantity that meets both the minimum quantity and the minimum notional.</summary>
    public static decimal LeastQty(Instrument instrument, decimal price) =>
        Math.Max(RoundUp(instrument.MinQty, instrument.Step), RoundUp(instrument.MinNotional / price, instrument.Step));

    /// <summary>The least margin, in whole cents, that sizes to <see cref="LeastQty"/>.</summary>
    public static decimal LeastMargin(Instrument instrument, decimal price, decimal leverage) =>
        RoundUp(LeastQty(instrument, price) * price / leverage, Cent);
}
