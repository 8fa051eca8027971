using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>One bar of a file. <c>End</c> is null where the file does not tell it.</summary>
public readonly record struct ReplayBar(
    DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume, DateTimeOffset? End = null)
{
    /// <summary>Nobody traded in it: the exchange was out, or the market asleep.</summary>
    public bool IsFrozen => Volume == 0 && High == Low;
}

/// <summary>One trade of a file. <c>Id</c> is null where the file does not number them.</summary>
public readonly record struct ReplayTrade(Trade Trade, long? Id)
{
    /// <summary>A market that nobody traded in for so long is rare.</summary>
    internal static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    // A few ids that lack within a busy minute are told and no more.
    private static readonly TimeSpan LongestUntold = TimeSpan.FromMinutes(1);

    /// <summary>How many trades lack between <paramref name="before"/> and this one; 0 where that is not known.</summary>
    public long Lacking(in ReplayTrade before) => Id is { } id && before.Id is { } last ? id - last - 1 : 0;

    /// <summary>The file lacks what was traded since <paramref name="before"/>, as far as ids tell; without ids a long silence is taken for it.</summary>
    public bool IsBehindGap(in ReplayTrade before) =>
        Trade.MarketTime - before.Trade.MarketTime is var silence && (Id is null ? silence > LongestSilence : Lacking(before) > 0 && silence > LongestUntold);
}

/// <summary>Where a row is; the first line of a text is 1.</summary>
internal readonly record struct ReplayPlace(string File, int Line)
{
    public ReplayFormatException Broken(string column, string rule, string got) => new(File, Line, column, rule, got);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File} line {Line}");
}
