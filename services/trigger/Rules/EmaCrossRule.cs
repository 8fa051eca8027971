using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Indicators;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// The fast exponential average of closes crosses the slow one. Both begin with the first close;
/// nothing is said before the slow one has seen <paramref name="slow"/> bars.
/// </summary>
public sealed class EmaCrossRule(int fast, int slow) : IRule
{
    private readonly RunningEma _fast = new(fast);
    private readonly RunningEma _slow = new(slow);
    private int _bars;
    private int _side;

    public string Name => "ema_cross";

    public decimal Fast => _fast.Value;

    public decimal Slow => _slow.Value;

    public void Reset()
    {
        _fast.Reset();
        _slow.Reset();
        _bars = 0;
        _side = 0;
    }

    // An average over bars that do not follow each other is of no market.
    public void Gap() => Reset();

    public RuleSignal? Observe(Candle candle)
    {
        _fast.Add(candle.Close);
        _slow.Add(candle.Close);
        _bars = Math.Min(_bars + 1, slow);
        var side = Math.Sign(Fast - Slow);
        if (_bars < slow || side == 0)
        {
            return null;
        }

        // Touching is not crossing: only the other side counts.
        var before = _side;
        _side = side;
        if (before == 0 || before == side)
        {
            return null;
        }

        var direction = side > 0 ? "up" : "down";
        return new RuleSignal(direction, candle.Close, $"EMA {fast}/{slow} crossed {direction} at {Figures.Close(candle)}", new Dictionary<string, JsonNode?>
        {
            ["fast"] = Figures.Computed(Fast),
            ["slow"] = Figures.Computed(Slow),
        });
    }
}
