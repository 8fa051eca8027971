using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Settings;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// All controls as this process last read them, and the groups that were set to reducing since. Every write checks that the table still
/// has <see cref="Generation"/>, so that what was decided on older ones is never saved.
/// </summary>
public sealed class ControlSet
{
    /// <summary>Who acts when a limit does.</summary>
    public const string LimitActor = "risk limit";

    private readonly ExecutionOptions _options;
    private readonly HeldEntries _holds;
    private readonly Dictionary<Guid, Control> _rows;
    private readonly Dictionary<Guid, Gate> _gates = [];
    private readonly List<Trip> _trips = [];

    public ControlSet(long generation, IEnumerable<Control> rows, ExecutionOptions options, HeldEntries? holds = null)
    {
        Generation = generation;
        _options = options;
        _holds = holds ?? HeldEntries.None;
        _rows = rows.ToDictionary(r => r.ScopeId);
        CountsOrders = _rows.Values.Any(r => RiskLimitsJson.Parse(r.Limits) is { } limits && (limits.MaxOrdersPerMinute ?? limits.MaxGroupOrdersPerMinute) is not null);
    }

    /// <summary>True where anybody is limited in orders a minute; only then are they counted.</summary>
    public bool CountsOrders { get; }

    /// <summary>As it is in the table.</summary>
    public long Generation { get; private set; }

    /// <summary>To be saved with the decisions that caused them.</summary>
    public IReadOnlyList<Trip> Trips => _trips;

    public Gate Gate(Guid groupId, Guid accountId)
    {
        if (_gates.TryGetValue(groupId, out var gate) && gate.AccountId == accountId)
        {
            return gate;
        }

        return _gates[groupId] = new Gate(accountId, _options, Find(Guid.Empty), Find(accountId), Find(groupId)) { Holds = _holds };
    }

    /// <summary>The group may only reduce from here on, until a person says otherwise.</summary>
    public void SetReducing(Guid groupId, RejectionReason why, DateTimeOffset now)
    {
        var held = Find(groupId);
        if (held is not null && ControlWords.State(held.State) != TradingState.Active)
        {
            return;
        }

        var row = held?.Copy() ?? new Control { ScopeId = groupId, Scope = ControlWords.Group, ChangedBy = LimitActor };
        row.State = ControlWords.Of(TradingState.Reducing);
        (row.Reason, row.ChangedBy, row.ChangedAt, row.Version) = (why.Message, LimitActor, now, row.Version + 1);
        _rows[groupId] = row;
        _gates.Remove(groupId);
        _trips.Add(new(row));
    }

    /// <summary>The trips are in the table now, which counts as one change.</summary>
    public void Saved()
    {
        if (_trips.Count > 0)
        {
            Generation++;
            _trips.Clear();
        }
    }

    private Control? Find(Guid scopeId) => _rows.GetValueOrDefault(scopeId);
}

/// <summary>A group that a limit set to reducing; the row as it is to be saved.</summary>
public sealed record Trip(Control Row);
