using System.Diagnostics;
using System.Numerics;

namespace TradingSystem.Benchmarks.Load.Client;

/// <summary>Latencies in microseconds, exact to 1.6 %: 64 steps for each doubling.</summary>
internal sealed class Histogram
{
    private const int Steps = 64;

    private readonly long[] _counts = new long[Steps * 40];

    public long Count { get; private set; }

    /// <summary>Records the time since <paramref name="started"/>, a stopwatch timestamp.</summary>
    public void RecordSince(long started) =>
        Record((long)((Stopwatch.GetTimestamp() - started) * (1_000_000.0 / Stopwatch.Frequency)));

    public void Record(long microseconds)
    {
        Count++;
        _counts[Index(Math.Max(0, microseconds))]++;
    }

    public void Clear()
    {
        Count = 0;
        Array.Clear(_counts);
    }

    /// <summary>In milliseconds; NaN when nothing was recorded.</summary>
    public double Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (_counts[i] > 0 && seen >= wanted)
            {
                return Value(i) / 1000.0;
            }
        }

        return double.NaN;
    }

    private static int Index(long value)
    {
        if (value < Steps)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - BitOperations.Log2(Steps);
        return (Steps * shift) + (int)(value >> shift);
    }

    private static long Value(int index)
    {
        if (index < 2 * Steps)
        {
            return index;
        }

        var shift = (index / Steps) - 1;
        return (long)(index - (Steps * shift)) << shift;
    }
}
