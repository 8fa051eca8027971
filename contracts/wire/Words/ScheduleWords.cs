namespace TradingSystem.Contracts.Wire;

/// <summary>How a figure compares with another.</summary>
public static class ComparisonWords
{
    public const string Gt = "gt";
    public const string Gte = "gte";
    public const string Lt = "lt";
    public const string Lte = "lte";

    public static readonly string[] All = [Gt, Gte, Lt, Lte];

    /// <param name="word">One of <see cref="All"/>.</param>
    public static bool Holds(decimal left, string word, decimal right) => word switch
    {
        Gt => left > right,
        Gte => left >= right,
        Lt => left < right,
        Lte => left <= right,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, null),
    };
}

/// <summary>What becomes of an occurrence that nobody raised in time.</summary>
public static class LatePolicies
{
    /// <summary>The newest of those that are not too late.</summary>
    public const string FireOnce = "fire_once";

    /// <summary>None.</summary>
    public const string Skip = "skip";

    /// <summary>Each that is not too late.</summary>
    public const string FireAll = "fire_all";

    public static readonly string[] All = [FireOnce, Skip, FireAll];
}

/// <summary>What becomes of an occurrence that falls due while the one before it has not got out yet.</summary>
public static class OverlapPolicies
{
    public const string Skip = "skip";
    public const string QueueOne = "queue_one";

    public static readonly string[] All = [Skip, QueueOne];
}
