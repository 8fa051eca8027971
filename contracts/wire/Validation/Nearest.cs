namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>
/// The known name that somebody most likely meant. Names are compared by their letters and digits: <c>stopLoss</c>, <c>Stop-Loss</c> and
/// <c>stop_loss</c> are the same, and so is what is off by a slip of the pen.
/// </summary>
public static class Nearest
{
    /// <summary>What is longer is no misspelling, and costs nothing to compare.</summary>
    private const int MaxLength = 40;

    /// <summary>A beginning as short as this says nothing.</summary>
    private const int MinBeginning = 3;

    /// <summary>
    /// Another spelling of a known name, else the one it begins or is the beginning of (<c>margin</c>, <c>stop_loss_price</c>); null for a stranger.
    /// </summary>
    public static string? Of(string name, params ReadOnlySpan<string> known) => Variant(name, known) ?? Beginning(name, known);

    /// <summary>Another spelling of a known name: case, separators, a letter or two wrong, missing, too many or exchanged. Null for what is none.</summary>
    public static string? Variant(string name, params ReadOnlySpan<string> known)
    {
        Span<char> letters = stackalloc char[MaxLength];
        var length = Letters(name, letters);
        string? nearest = null;
        var least = int.MaxValue;
        Span<char> other = stackalloc char[MaxLength];
        foreach (var candidate in known)
        {
            var otherLength = Letters(candidate, other);
            if (length == 0 || otherLength == 0)
            {
                continue;
            }

            var distance = Distance(letters[..length], other[..otherLength]);
            if (distance < least && distance <= Slips(Math.Min(length, otherLength)))
            {
                (nearest, least) = (candidate, distance);
            }
        }

        return nearest;
    }

    /// <summary>The rule that an unknown name broke: which one was meant, or which there are.</summary>
    public static string Rule(string name, params ReadOnlySpan<string> known) => Rule("unknown field", name, known);

    /// <param name="what">What is unknown, such as <c>unknown parameter</c>.</param>
    public static string Rule(string what, string name, params ReadOnlySpan<string> known) =>
        Of(name, known) is { } meant ? $"{what}, did you mean {meant}"
        : known.IsEmpty ? $"{what}, there are none here"
        : $"{what}, one of {string.Join(", ", known!)}";

    private static string? Beginning(string name, ReadOnlySpan<string> known)
    {
        Span<char> letters = stackalloc char[MaxLength];
        ReadOnlySpan<char> mine = letters[..Letters(name, letters)];
        string? nearest = null;
        var most = MinBeginning - 1;
        Span<char> other = stackalloc char[MaxLength];
        foreach (var candidate in known)
        {
            ReadOnlySpan<char> theirs = other[..Letters(candidate, other)];
            var shared = Math.Min(mine.Length, theirs.Length);
            if (shared > most && mine[..shared].SequenceEqual(theirs[..shared]))
            {
                (nearest, most) = (candidate, shared);
            }
        }

        return nearest;
    }

    /// <summary>How many a name of so many letters may have: two letters off, <c>qty</c> is any other word.</summary>
    private static int Slips(int length) => length <= 2 ? 0 : length <= 5 ? 1 : 2;

    /// <summary>Lower case letters and digits of a name; 0 if it is too long to be one.</summary>
    private static int Letters(string name, Span<char> to)
    {
        var length = 0;
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c))
            {
                continue;
            }

            if (length == to.Length)
            {
                return 0;
            }

            to[length++] = char.ToLowerInvariant(c);
        }

        return length;
    }

    /// <summary>Letters to put in, take out or change, and neighbours to exchange (optimal string alignment).</summary>
    private static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Span<int> before = stackalloc int[MaxLength + 1];
        Span<int> last = stackalloc int[MaxLength + 1];
        Span<int> row = stackalloc int[MaxLength + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(changed, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            last.CopyTo(before);
            row.CopyTo(last);
        }

        return last[b.Length];
    }
}
