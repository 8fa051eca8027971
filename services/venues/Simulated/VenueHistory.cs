namespace TradingSystem.Venues.Simulated;

/// <summary>The book of a venue that ends with its process: the last orders that ended, fills and funding payments, in memory.</summary>
public sealed class VenueHistory : IVenueBook
{
    private const int Most = 10_000;

    private readonly Queue<VenueOrder> _orders = new();
    private readonly Queue<VenueFill> _fills = new();
    private readonly Queue<FundingPayment> _funding = new();

    public Task SaveAsync(KeptVenue venue, IReadOnlyList<VenueEvent> happened)
    {
        foreach (var one in happened)
        {
            Add(one);
        }

        return Task.CompletedTask;
    }

    public Task<VenueOrder?> OrderAsync(OrderRef order, CancellationToken cancellationToken) =>
        Task.FromResult(_orders.LastOrDefault(o => order.VenueId is { } id ? o.VenueId == id : order.ClientId is { } client && o.ClientId == client));

    public Task<IReadOnlyList<VenueFill>> FillsAsync(FillQuery query, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<VenueFill>>(
    [
        .. _fills.Where(f => f.Symbol == query.Symbol
            && (query.Since is not { } since || f.At >= since)
            && (query.VenueOrderId is not { } id || f.VenueOrderId == id)
            && (query.ClientId is not { } client || query.VenueOrderId is not null || f.ClientId == client)),
    ]);

    public Task<IReadOnlyList<FundingPayment>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<FundingPayment>>([.. _funding.Where(f => f.Symbol == symbol && (since is null || f.At >= since))]);

    private void Add(VenueEvent happened)
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

    private static void Keep<T>(Queue<T> queue, T item)
    {
        queue.Enqueue(item);
        if (queue.Count > Most)
        {
            queue.Dequeue();
        }
    }
}
