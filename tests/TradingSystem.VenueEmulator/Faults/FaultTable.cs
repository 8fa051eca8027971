using System.Globalization;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Faults;

/// <summary>The faults in force. Each draws from its own seeded numbers, so that a run can be repeated.</summary>
public sealed class FaultTable(TimeProvider time)
{
    private static readonly Operation[] Placing = [Operation.Place, Operation.Protect];
    private readonly Lock _gate = new();
    private readonly List<Armed> _armed = [];
    private int _last;

    public IReadOnlyList<Fault> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _armed.Select(a => a.Fault with { Hits = a.Hits })];
            }
        }
    }

    public string Add(Fault fault)
    {
        lock (_gate)
        {
            var id = (++_last).ToString(CultureInfo.InvariantCulture);
            _armed.Add(new Armed(fault with { Id = id, Added = time.GetTimestamp() }));
            return id;
        }
    }

    public void Clear(string? key)
    {
        lock (_gate)
        {
            _armed.RemoveAll(a => key is null || a.Fault.Key == key);
        }
    }

    /// <summary>The first armed fault of these kinds that strikes here, if any; it is counted.</summary>
    public Fault? Strike(VenueKind venue, string? key, Operation operation, string path, params ReadOnlySpan<FaultKind> kinds)
    {
        lock (_gate)
        {
            foreach (var armed in _armed)
            {
                if (kinds.Contains(armed.Fault.Kind) && Fits(armed.Fault, venue, key, operation, path) && armed.Draw())
                {
                    return armed.Fault;
                }
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a lag in force hides from queries what was accepted so long ago; then it is counted. It hides all or nothing, whatever its count and
    /// probability.
    /// </summary>
    public bool Hides(VenueKind venue, string? key, TimeSpan age)
    {
        lock (_gate)
        {
            if (_armed.Find(a => a.Fault.Kind == FaultKind.QueryLag && Fits(a.Fault, venue, key, Operation.Read, "")) is not { } lag || age >= lag.Fault.Time)
            {
                return false;
            }

            lag.Hit();
            return true;
        }
    }

    private static bool Fits(Fault fault, VenueKind venue, string? key, Operation operation, string path) =>
        (fault.Venue is null || fault.Venue == venue)
        && (fault.Key is null || fault.Key == key)
        && (fault.Path is null || path.Contains(fault.Path, StringComparison.Ordinal))
        && (fault.On is { } on ? on.Contains(operation) : operation is Operation.Stream || IsCancelFault(fault.Kind) == (operation == Operation.Cancel) && (IsCancelFault(fault.Kind) || Placing.Contains(operation) || fault.Kind == FaultKind.QueryLag));

    private static bool IsCancelFault(FaultKind kind) => kind == FaultKind.FillOnCancel;

    private sealed class Armed(Fault fault)
    {
        private readonly Random _random = new(fault.Seed);

        public Fault Fault => fault;

        public int Hits { get; private set; }

        public bool Draw()
        {
            if ((fault.Count is { } count && Hits >= count) || (fault.Probability < 1 && _random.NextDouble() >= fault.Probability))
            {
                return false;
            }

            Hit();
            return true;
        }

        public void Hit() => Hits++;
    }
}
