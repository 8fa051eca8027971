using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Market;

/// <summary>Bars that closed and that nobody has taken yet, in order; the oldest are given up when nobody takes them for long.</summary>
internal sealed class ClosedCandles
{
    private const int Most = 5_000;

    private readonly Lock _lock = new();
    private readonly Queue<Candle> _waiting = [];

    public void Add(IReadOnlyList<Candle> candles)
    {
        if (candles.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var candle in candles)
            {
                if (_waiting.Count >= Most)
                {
                    _waiting.Dequeue();
                }

                _waiting.Enqueue(candle);
            }
        }
    }

    public IReadOnlyList<Candle> Take()
    {
        lock (_lock)
        {
            Candle[] taken = [.. _waiting];
            _waiting.Clear();
            return taken;
        }
    }
}
