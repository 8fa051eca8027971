using System.Collections.Concurrent;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Replies;

namespace TradingSystem.Gateway.Feeds;

/// <summary>Each group's open positions as execution last told.</summary>
public sealed class OpenPositions
{
    private readonly ConcurrentDictionary<Guid, EquitySnapshot> _latest = new();

    public IReadOnlyList<OpenPosition> Of(Guid groupId) =>
        _latest.TryGetValue(groupId, out var snapshot)
            ? [.. snapshot.Positions.Where(p => p.Qty != 0m).Select(p => new OpenPosition(p.Symbol, p.Qty, p.AvgPrice, p.UnrealizedPnl))]
            : [];

    public void Put(EquitySnapshot snapshot) =>
        _latest.AddOrUpdate(snapshot.GroupId, snapshot, (_, held) => snapshot.CreatedAt >= held.CreatedAt ? snapshot : held);
}

public sealed class PositionsConsumer(OpenPositions positions) : IConsumer<EquitySnapshots>
{
    public Task Consume(ConsumeContext<EquitySnapshots> context)
    {
        foreach (var snapshot in context.Message.Items)
        {
            positions.Put(snapshot);
        }

        return Task.CompletedTask;
    }
}
