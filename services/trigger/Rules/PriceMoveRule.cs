using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// The close is at least <paramref name="thresholdBps"/> away from the lowest or highest close within <paramref name="window"/> of market time.
/// </summary>
public sealed class PriceMoveRule(decimal thresholdBps, TimeSpan window) : IRule
{
    private readonly List<(DateTimeOffset At, decimal Close)> _closes = [];

    public string Name => "price_move";

    public void Reset() => _closes.Clear();

    // Its window is one of time, whatever lies within.
    public void Gap()
    {
    }

    public RuleSignal? Observe(Candle candle)
    {
        _closes.RemoveAll(c => c.At < candle.OpenTime - window);
        var price = candle.Close;
        var up = _closes.Count == 0 ? 0 : Bps(price, _closes.Min(c => c.Close));
        var down = _closes.Count == 0 ? 0 : Bps(price, _closes.Max(c => c.Close));
        _closes.Add((candle.OpenTime, price));
        var change = up >= -down ? up : down;
        if (Math.Abs(change) < thresholdBps)
        {
            return null;
        }

        // The move is told once; the next one is measured from here.
        _closes.RemoveRange(0, _closes.Count - 1);
        var direction = change > 0 ? "up" : "down";
        var text = string.Create(CultureInfo.InvariantCulture, $"moved {direction} {Math.Abs(change):0.#} bps to {Figures.Close(candle)}");
        return new RuleSignal(direction, price, text, new Dictionary<string, JsonNode?>
        {
            ["change_bps"] = Math.Round(change, 2),
            ["window_seconds"] = (decimal)window.TotalSeconds,
        });
    }

    private static decimal Bps(decimal price, decimal from) => (price - from) / from * 10_000;
}
