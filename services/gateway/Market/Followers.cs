using System.Collections.Immutable;

namespace TradingSystem.Gateway.Market;

/// <summary>The sessions that are to hear of something.</summary>
public sealed class Followers
{
    private ImmutableArray<MarketReader> _readers = [];

    public void Add(MarketReader reader) => ImmutableInterlocked.Update(ref _readers, static (all, r) => all.Add(r), reader);

    public void Remove(MarketReader reader) => ImmutableInterlocked.Update(ref _readers, static (all, r) => all.Remove(r), reader);

    public void Wake()
    {
        foreach (var reader in _readers)
        {
            reader.Wake();
        }
    }

    /// <summary>Those whose pace lets them be told a price.</summary>
    public void WakeDue()
    {
        foreach (var reader in _readers)
        {
            if (reader.IsPriceDue)
            {
                reader.Wake();
            }
        }
    }
}
