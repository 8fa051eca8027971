using TradingSystem.Execution.Venues;

namespace TradingSystem.Execution.Simulation;

/// <summary>What a venue can still be asked about: the last orders that ended, fills and funding payments.</summary>
internal sealed class VenueHistory
{
    private const int Most = 10_000;

    private readonly Queue<VenueOrder> _orders = new();
    private readonly Queue<VenueFill> _fills = new();
    private readonly Queue<FundingPayment> _funding = new();

    public void Add(VenueEvent happened)
    {
        switch (happened)
        {
            case OrderChanged { Order: { IsOpen: false } order }:
                Keep(_orders, order);
                break;
            case FillSeen fill:
                Keep(_fills, fill.Fill);
                break;
            case FundingSettled funding:
                Keep(_funding, funding.Payment);
                break;
        }
    }

    /// <summary>The latest, for a client id may have been used again.</summary>
    public VenueOrder? Order(Func<VenueOrder, bool> which) => _orders.LastOrDefault(which);

    public IReadOnlyList<VenueFill> Fills(FillQuery query) =>
    [
        .. _fills.Where(f => f.Symbol == query.Symbol
            && (query.Since is not { } since || f.At >= since)
            && (query.VenueOrderId is not { } id || f.VenueOrderId == id)
            && (query.ClientId is not { } client || query.VenueOrderId is not null || f.ClientId == client)),
    ];

    public IReadOnlyList<RealizedPnl> RealizedPnl(string symbol, DateTimeOffset? since) =>
    [
        .. _fills.Where(f => f.Symbol == symbol && (since is null || f.At >= since) && f.RealizedPnl is not (null or 0m))
            .Select(f => new RealizedPnl(symbol, f.FillId, f.RealizedPnl!.Value, f.At, f.VenueOrderId, f.Quantity)),
    ];

    public IReadOnlyList<FundingPayment> Funding(string symbol, DateTimeOffset? since) => [.. _funding.Where(f => f.Symbol == symbol && (since is null || f.At >= since))];

    private static void Keep<T>(Queue<T> queue, T item)
    {
        queue.Enqueue(item);
        if (queue.Count > Most)
        {
            queue.Dequeue();
        }
    }
}
