using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>What was met and put right, or left out, while rows were read.</summary>
internal sealed class ReplayTally
{
    /// <summary>Rows that came behind a later one of their text.</summary>
    public ReplayPlaces OutOfOrder { get; } = new();

    /// <summary>Rows that are there already, alike, in the same text or another.</summary>
    public ReplayPlaces Twice { get; } = new();

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

    // There may be as many of them as rows: only those that are named are written out.
    public void Add(ReplayPlace place)
    {
        if (++Count <= Named)
        {
            _first.Add(place.ToString());
        }
    }

    public override string ToString() =>
        string.Join(", ", _first) + (Count > Named ? string.Create(CultureInfo.InvariantCulture, $" and {Count - Named} more") : "");
}
