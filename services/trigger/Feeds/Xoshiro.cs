using System.Numerics;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// xoshiro256** seeded by splitmix64. Only integer arithmetic and IEEE additions, so a seed gives the same numbers on every machine and runtime.
/// </summary>
public sealed class Xoshiro
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public Xoshiro(ulong seed)
    {
        _a = SplitMix(ref seed);
        _b = SplitMix(ref seed);
        _c = SplitMix(ref seed);
        _d = SplitMix(ref seed);
    }

    private Xoshiro(IReadOnlyList<ulong> state) => (_a, _b, _c, _d) = (state[0], state[1], state[2], state[3]);

    /// <summary>The four words that decide every later number.</summary>
    public IReadOnlyList<ulong> State => [_a, _b, _c, _d];

    /// <summary>Goes on where <see cref="State"/> was read.</summary>
    public static Xoshiro From(IReadOnlyList<ulong> state) =>
        state is { Count: 4 } && state.Any(w => w != 0) ? new(state) : throw new ArgumentException("a state has four words, not all of them 0", nameof(state));

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Nearly normal, mean 0 and variance 1: twelve uniforms, which needs no logarithm or cosine of the platform's.</summary>
    public double NextNormal()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += NextDouble();
        }

        return sum;
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }
}
