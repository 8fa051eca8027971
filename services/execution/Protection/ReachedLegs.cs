using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;

namespace TradingSystem.Execution.Protection;

/// <summary>The waiting legs as this process knows them, and those whose price was reached. Every price passes here, so it only compares.</summary>
public sealed class ReachedLegs
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<Guid, ProtectionLeg>> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, (ProtectionLeg Leg, PriceTick ReachedBy)> _reached = [];
    private List<ProtectionLeg>? _sinceRead;

    /// <summary>True when a leg was reached that was not before.</summary>
    public bool See(IReadOnlyList<PriceTick> ticks)
    {
        var any = false;
        lock (_gate)
        {
            foreach (var tick in ticks)
            {
                if (tick.Price <= 0m || !_waiting.TryGetValue(tick.Symbol, out var legs))
                {
                    continue;
                }

                foreach (var leg in legs.Values)
                {
                    // The first price beyond the trigger is the one that it is closed at, whatever comes after.
                    any |= leg.IsTriggeredBy(tick.Price) && _reached.TryAdd(leg.Id, (leg, tick));
                }
            }
        }

        return any;
    }

    /// <summary>Saved changes of legs: those that wait are watched, the others forgotten.</summary>
    public void Update(IReadOnlyList<ProtectionLeg> legs)
    {
        lock (_gate)
        {
            _sinceRead?.AddRange(legs);
            Apply(legs);
        }
    }

    /// <summary>The table is being read; what is saved from here on may not be in what comes of it.</summary>
    public void BeginRead()
    {
        lock (_gate)
        {
            _sinceRead = [];
        }
    }

    /// <summary>All legs that wait, as the table had them, and what was saved since it was read.</summary>
    public void EndRead(IReadOnlyList<ProtectionLeg> waiting)
    {
        lock (_gate)
        {
            _waiting.Clear();
            Apply(waiting);
            Apply(_sinceRead ?? []);
            _sinceRead = null;
            foreach (var (id, reached) in _reached.ToList())
            {
                if (!_waiting.TryGetValue(reached.Leg.Symbol, out var legs) || !legs.ContainsKey(id))
                {
                    _reached.Remove(id);
                }
            }
        }
    }

    public IReadOnlyList<(ProtectionLeg Leg, PriceTick ReachedBy)> Reached(int most)
    {
        lock (_gate)
        {
            return [.. _reached.Values.Take(most)];
        }
    }

    private void Apply(IEnumerable<ProtectionLeg> legs)
    {
        foreach (var leg in legs)
        {
            if (leg.Waits)
            {
                Watch(leg);
            }
            else
            {
                Forget(leg);
            }
        }
    }

    private void Watch(ProtectionLeg leg)
    {
        if (!_waiting.TryGetValue(leg.Symbol, out var legs))
        {
            legs = _waiting[leg.Symbol] = [];
        }

        legs[leg.Id] = leg;
    }

    private void Forget(ProtectionLeg leg)
    {
        _reached.Remove(leg.Id);
        if (_waiting.TryGetValue(leg.Symbol, out var legs))
        {
            legs.Remove(leg.Id);
        }
    }
}
