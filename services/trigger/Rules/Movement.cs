using System.Globalization;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// True at the close that is so many per cent from the lowest or the highest within a time. Computed exactly, for it is compared with a threshold that
/// people round.
/// </summary>
internal sealed class Movement(MovementSpan span, string op, decimal by) : Clause
{
    // Ticks of the close that the last movement came to, from which on this one is measured, and of the one that it will be measured from next.
    private long _from = long.MinValue;
    private long _next = long.MinValue;
    private bool _isTooLarge;

    public override bool? Found => _isTooLarge ? throw new OverflowException("a figure that no number holds") : Said;

    public override bool IsMoment => true;

    public override string? Direction => Said == true ? Change() > 0 ? RuleWords.Up : RuleWords.Down : null;

    public override decimal? ChangePct => Said == true ? Change() : null;

    // What the last close was measured from; null where there is nothing that a part can be taken of.
    private decimal? Low => span.Value is null || op == RuleWords.Falls ? null : span.Lowest(_from);

    private decimal? High => span.Value is null || op == RuleWords.Rises ? null : span.Highest(_from);

    /// <summary>Without a division: it is what costs, and most closes are no movement.</summary>
    public static bool IsUp(decimal value, decimal low, decimal by) => (value - low) * 100 >= by * low;

    /// <summary>As <see cref="IsUp"/>.</summary>
    public static bool IsDown(decimal value, decimal high, decimal by) => (high - value) * 100 >= by * high;

    public void Look()
    {
        (_isTooLarge, _from) = (false, _next);
        if (span.Value is not { } value)
        {
            Say(null);
            return;
        }

        var up = Low is { } low ? IsUp(value, low, by) : (bool?)null;
        var down = High is { } high ? IsDown(value, high, by) : (bool?)null;
        Say(op == RuleWords.Falls ? down : op == RuleWords.Rises ? up : up | down);
        // It is told once; the next one is measured from here.
        _next = Said == true ? span.At : _next;
    }

    /// <summary>The close cannot be measured: whoever asks is told so.</summary>
    public void Fail()
    {
        _isTooLarge = true;
        Stir();
    }

    public override void Gap()
    {
        base.Gap();
        span.Gap();
    }

    public override ClauseReading Read(string path) => new(
        path, span.Field, span.Value, op, string.Create(CultureInfo.InvariantCulture, $"{by} % within {span.Within.TotalSeconds} s"), Rounded(Change()), Said);

    /// <summary>In per cent, the way that it went farther; null where it cannot be said.</summary>
    private decimal? Change()
    {
        var up = Low is { } low ? (span.Value - low) * 100 / low : null;
        var down = High is { } high ? (span.Value - high) * 100 / high : null;
        return down is null || up >= -down ? up : down;
    }

    private static decimal? Rounded(decimal? change) => change is { } value ? Math.Round(value, 4) : null;
}
