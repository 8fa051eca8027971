using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// The venue's own dead-man's switch: while orders are out of a group whose switch cancels or flattens, the venue is told again and again to
/// cancel them should it not hear from here any more. It is the one that still acts when this process does not.
/// </summary>
public sealed partial class AccountDesk
{
    private static readonly TimeSpan CountdownPeriod = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, (string Symbol, DateTimeOffset Next)> _counting = new(StringComparer.Ordinal);
    private DateTimeOffset _countdownDue;
    private bool _isCounting;

    private async Task CountdownAsync(DateTimeOffset now)
    {
        if (_venue.Capabilities.Countdown is not { } limits || _countdownDue > now || _isCounting)
        {
            return;
        }

        _countdownDue = now + CountdownPeriod;
        var working = _open.Values.Where(o => o.State == DeskStates.Working && !o.IsProtection).ToList();
        if (working.Count == 0 && _counting.Count == 0)
        {
            return;
        }

        var groups = working.Select(o => o.GroupId).Distinct().ToArray();
        var switches = groups.Length == 0 ? [] : await _store.ReadAsync(
            db => db.DeadMen.AsNoTracking().Where(d => groups.Contains(d.GroupId) && (d.Action == DeadManActions.Cancel || d.Action == DeadManActions.Flatten)).ToListAsync(_stop), _stop);
        var wanted = new Dictionary<string, (string Symbol, TimeSpan After)>(StringComparer.Ordinal);
        foreach (var order in working)
        {
            var key = limits.Scope == CountdownScope.Account ? "" : order.Symbol;
            if (switches.Find(s => s.GroupId == order.GroupId) is { After: var after } && (!wanted.TryGetValue(key, out var held) || after < held.After))
            {
                wanted[key] = (order.Symbol, after < limits.Least ? limits.Least : after > limits.Most ? limits.Most : after);
            }
        }

        var due = new List<(string Symbol, TimeSpan After)>();
        foreach (var (key, (symbol, after)) in wanted.Where(w => !_counting.TryGetValue(w.Key, out var held) || held.Next <= now))
        {
            // Three beats before it runs out.
            _counting[key] = (symbol, now + (after / 3));
            due.Add((symbol, after));
        }

        // It must not run out on the orders of others.
        foreach (var (key, (symbol, _)) in _counting.Where(c => !wanted.ContainsKey(c.Key)).ToList())
        {
            _counting.Remove(key);
            due.Add((symbol, TimeSpan.Zero));
        }

        if (due.Count > 0)
        {
            _isCounting = true;
            Beside(async token =>
            {
                foreach (var (symbol, after) in due)
                {
                    if (await _venue.CountdownAsync(symbol, after, token) is { IsAccepted: false } reply)
                    {
                        DeskLog.NoCountdown(_parts.Log, _store.AccountId, symbol, reply.Refusal?.Message ?? reply.Why);
                    }
                }

                return Counted.Done;
            });
        }
    }
}
