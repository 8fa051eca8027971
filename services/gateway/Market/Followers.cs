using System.Collections.Immutable;

namespace TradingSystem.Gateway.Market;

/// <summary>Who is to hear of something in the market.</summary>
public abstract class Follower
{
    /// <summary>A price has come that it was not told, and its pace lets it be.</summary>
    public abstract bool IsPriceDue { get; }

    public abstract void Wake();
}

/// <summary>All who are to hear of one thing.</summary>
public sealed class Followers
{
    private ImmutableArray<Follower> _all = [];

    public void Add(Follower follower) => ImmutableInterlocked.Update(ref _all, static (all, r) => all.Add(r), follower);

    public void Remove(Follower follower) => ImmutableInterlocked.Update(ref _all, static (all, r) => all.Remove(r), follower);

    public void Wake()
    {
        foreach (var follower in _all)
        {
            follower.Wake();
        }
    }

    /// <summary>Those whose pace lets them be told a price.</summary>
    public void WakeDue()
    {
        foreach (var follower in _all)
        {
            if (follower.IsPriceDue)
            {
                follower.Wake();
            }
        }
    }
}
