using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// The venue's own dead-man's switch: while orders are out of a group whose switch cancels or flattens, the venue is told again and again to
/// cancel them should it not hear from here any more. It is the one that still acts when this process does not.
/// </summary>
internal sealed class Countdown(DeskContext desk, OpenOrders open)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly RunningCountdowns _running = new();
    private DateTimeOffset _due;
    private bool _isTelling;

    public async Task BeatAsync(DateTimeOffset now)
    {
        if (desk.Venue.Capabilities.Countdown is not { } limits || _due > now || _isTelling)
        {
            return;
        }

        _due = now + Period;
        var working = open.All.Where(o => o.Row is { State: DeskStates.Working, IsProtection: false }).ToList();
        if (working.Count == 0 && !_running.Any)
        {
            return;
        }

        var groups = working.Select(o => o.GroupId).Distinct().ToArray();
        var switches = groups.Length == 0 ? [] : await desk.Store.ReadAsync(
            db => db.DeadMen.AsNoTracking().Where(d => groups.Contains(d.GroupId) && (d.Action == DeadManActions.Cancel || d.Action == DeadManActions.Flatten)).ToListAsync(desk.Stop), desk.Stop);
        var due = _running.Due(working.Select(o => (o.GroupId, o.Symbol)), switches.ToDictionary(s => s.GroupId, s => s.After), limits, now);
        if (due.Count > 0)
        {
            _isTelling = true;
            desk.Send(async token =>
            {
                foreach (var (symbol, after) in due)
                {
                    if (await desk.Venue.CountdownAsync(symbol, after, token) is { IsAccepted: false } reply)
                    {
                        DeskLog.NoCountdown(desk.Log, desk.AccountId, symbol, reply.Refusal?.Message ?? reply.Why);
                    }
                }

                return Counted.Done;
            });
        }
    }

    /// <summary>The venue has heard it, or will not.</summary>
    public void Told() => _isTelling = false;
}

/// <summary>
/// Countdowns that run at the venue. Always so: one that runs is told anew before two thirds of it are over, the shortest of the groups' own
/// counts, within the venue's bounds, and none runs on when nobody's orders want it.
/// </summary>
internal sealed class RunningCountdowns
{
    private readonly Dictionary<string, (string Symbol, DateTimeOffset Next)> _running = new(StringComparer.Ordinal);

    public bool Any => _running.Count > 0;

    /// <summary>What the venue is to be told now; zero stops one.</summary>
    /// <param name="working">Orders that the venue has.</param>
    /// <param name="switches">By group, how long a silence may last; groups without one want none.</param>
    public List<(string Symbol, TimeSpan After)> Due(
        IEnumerable<(Guid GroupId, string Symbol)> working, IReadOnlyDictionary<Guid, TimeSpan> switches, CountdownLimits limits, DateTimeOffset now)
    {
        var wanted = new Dictionary<string, (string Symbol, TimeSpan After)>(StringComparer.Ordinal);
        foreach (var (group, symbol) in working)
        {
            var key = limits.Scope == CountdownScope.Account ? "" : symbol;
            if (switches.TryGetValue(group, out var after) && (!wanted.TryGetValue(key, out var held) || after < held.After))
            {
                wanted[key] = (symbol, after < limits.Least ? limits.Least : after > limits.Most ? limits.Most : after);
            }
        }

        var due = new List<(string Symbol, TimeSpan After)>();
        foreach (var (key, (symbol, after)) in wanted.Where(w => !_running.TryGetValue(w.Key, out var held) || held.Next <= now))
        {
            // Three beats before it runs out.
            _running[key] = (symbol, now + (after / 3));
            due.Add((symbol, after));
        }

        // It must not run out on the orders of others.
        foreach (var (key, (symbol, _)) in _running.Where(c => !wanted.ContainsKey(c.Key)).ToList())
        {
            _running.Remove(key);
            due.Add((symbol, TimeSpan.Zero));
        }

        return due;
    }
}
