using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>One bar of a file. <c>End</c> is null where the file does not tell it.</summary>
public readonly record struct ReplayBar(DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume, DateTimeOffset? End = null);

/// <summary>One trade of a file. <c>Id</c> is null where the file does not number them.</summary>
public readonly record struct ReplayTrade(Trade Trade, long? Id)
{
    // A few ids that lack within a busy minute are told and no more; a market that nobody traded in for so long is rare.
    private static readonly TimeSpan LongestUntold = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    /// <summary>How many trades lack between <paramref name="before"/> and this one; 0 where that is not known.</summary>
    public long Lacking(in ReplayTrade before) => Id is { } id && before.Id is { } last ? id - last - 1 : 0;

    /// <summary>The file lacks what was traded since <paramref name="before"/>, as far as ids tell; without ids a long silence is taken for it.</summary>
    public bool IsBehindGap(in ReplayTrade before) =>
        Trade.MarketTime - before.Trade.MarketTime is var silence && (Id is null ? silence > LongestSilence : Lacking(before) > 0 && silence > LongestUntold);
}

/// <summary>What was met and left out while rows were read.</summary>
internal sealed class ReplayTally
{
    /// <summary>Rows that two texts hold alike.</summary>
    public long Duplicates { get; set; }

    /// <summary>Last rows that end in the middle.</summary>
    public ReplayPlaces CutOff { get; } = new();

    /// <summary>Bars that ended before their time, by their own end.</summary>
    public ReplayPlaces CutShort { get; } = new();
}

/// <summary>Places for messages: the first are named, all are counted.</summary>
internal sealed class ReplayPlaces
{
    private const int Named = 3;

    private readonly List<string> _first = [];

    public long Count { get; private set; }

    public void Add(string place)
    {
        if (++Count <= Named)
        {
            _first.Add(place);
        }
    }

    public override string ToString() =>
        string.Join(", ", _first) + (Count > Named ? string.Create(CultureInfo.InvariantCulture, $" and {Count - Named} more") : "");
}
