using System.Buffers.Text;
using System.Numerics;

namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>
/// Tells 32 random bytes from what people type in their place. A good key is refused less than once in a million times; whoever meets
/// that makes another.
/// </summary>
public static class KeyQuality
{
    public const int Bytes = 32;

    // Of 32 random bytes about 30 differ, and of their 31 differences as many; fewer than 16 happens once in 10^10.
    private const int LeastDistinct = 16;

    // 256 random bits have 128 ones, give or take 8; these are six times that.
    private const int LeastOnes = 80;
    private const int MostOnes = 176;

    // Six letters and more: a random key has one of them about once in three million.
    private static readonly string[] Placeholders =
    [
        "change", "replace", "example", "placeholder", "insert", "default", "secret", "password", "yourkey", "your-key", "your_key", "sample", "dummykey",
    ];

    /// <summary>Null for a good key; else why it is none, without a letter of it.</summary>
    public static string? Fault(string text, out byte[]? key)
    {
        key = null;
        if (Array.Exists(Placeholders, p => text.Contains(p, StringComparison.OrdinalIgnoreCase)) || text.IndexOfAny(['<', '>', '$', '{', '*']) >= 0)
        {
            return "it is a placeholder";
        }

        if (!Base64.IsValid(text, out var length))
        {
            return "it is not base64";
        }

        if (length != Bytes)
        {
            return $"it has {length} bytes instead of {Bytes}";
        }

        var bytes = Convert.FromBase64String(text);
        if (Weakness(bytes) is { } weakness)
        {
            return weakness;
        }

        key = bytes;
        return null;
    }

    private static string? Weakness(ReadOnlySpan<byte> key)
    {
        if (!key.ContainsAnyExcept((byte)0))
        {
            return "it is all zero";
        }

        // Below 16 distinct bytes is every key that repeats itself, too.
        if (Distinct(key) < LeastDistinct || key[..16].SequenceEqual(key[16..]))
        {
            return "it repeats itself";
        }

        Span<byte> steps = stackalloc byte[Bytes - 1];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = (byte)(key[i + 1] - key[i]);
        }

        if (Distinct(steps) < LeastDistinct)
        {
            return "it counts or repeats";
        }

        if (!key.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return "it is text and not random bytes";
        }

        var ones = 0;
        foreach (var b in key)
        {
            ones += BitOperations.PopCount(b);
        }

        return ones is < LeastOnes or > MostOnes ? "it is not random" : null;
    }

    private static int Distinct(ReadOnlySpan<byte> bytes)
    {
        Span<bool> seen = stackalloc bool[256];
        var count = 0;
        foreach (var b in bytes)
        {
            count += seen[b] ? 0 : 1;
            seen[b] = true;
        }

        return count;
    }
}
