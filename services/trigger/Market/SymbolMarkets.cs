namespace TradingSystem.Trigger.Market;

/// <summary>
/// The symbols of the market, each with its lock, and all of them as one. What is about one symbol takes its lock alone; what is about several takes all of them,
/// in the order in which they were made, so that nobody finds a half of it and nobody waits for whoever waits for him. One that was made stays.
/// </summary>
internal sealed class SymbolMarkets(Func<string, SymbolMarket> make)
{
    private readonly Lock _whole = new();

    // Both are replaced and never changed, for a symbol is looked up without a lock.
    private volatile Dictionary<string, SymbolMarket> _bySymbol = [];
    private SymbolMarket[] _all = [];

    /// <summary>Those of the market, in the order of its status. Read and set with all locks taken.</summary>
    public IReadOnlyList<SymbolMarket> Told { get; set; } = [];

    /// <summary>Null where there is none; it may be one that the market has not.</summary>
    public SymbolMarket? Find(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    /// <summary>Made where there is none. Not with all locks taken, or this one would not be.</summary>
    public SymbolMarket Place(string symbol)
    {
        lock (_whole)
        {
            if (Find(symbol) is { } known)
            {
                return known;
            }

            var made = make(symbol);
            _all = [.. _all, made];
            _bySymbol = _all.ToDictionary(s => s.Symbol);
            return made;
        }
    }

    /// <summary>Takes all locks, until it is disposed of.</summary>
    public Whole TakeAll()
    {
        _whole.Enter();
        foreach (var one in _all)
        {
            one.Gate.Enter();
        }

        return new(_whole, _all);
    }

    /// <summary>All locks, on the thread that took them.</summary>
    public readonly ref struct Whole(Lock whole, SymbolMarket[] taken)
    {
        public void Dispose()
        {
            foreach (var one in taken)
            {
                one.Gate.Exit();
            }

            whole.Exit();
        }
    }
}
