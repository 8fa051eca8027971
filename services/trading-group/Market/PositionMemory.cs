using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.TradingGroup.Market;

/// <summary>What execution last said a group holds of a symbol; <c>Qty</c> is signed, in the base asset.</summary>
public sealed record HeldPosition(decimal Qty, DateTimeOffset At);

/// <summary>The positions that execution announced. A snapshot names open positions only, so what it leaves out is flat.</summary>
public sealed class PositionMemory
{
    private readonly ConcurrentDictionary<Guid, EquitySnapshot> _latest = new();

    public void Add(EquitySnapshot snapshot) =>
        _latest.AddOrUpdate(snapshot.GroupId, snapshot, (_, held) => snapshot.CreatedAt >= held.CreatedAt ? snapshot : held);

    /// <summary>Null when nothing was heard of the group since this process started.</summary>
    public HeldPosition? Find(Guid groupId, string symbol) =>
        _latest.TryGetValue(groupId, out var snapshot)
            ? new(snapshot.Positions.Where(p => p.Symbol == symbol).Sum(p => p.Qty), snapshot.CreatedAt)
            : null;
}
