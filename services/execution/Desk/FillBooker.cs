using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Fills, each booked once however it was learned of: on the group's position, the account and the order in one transaction.</summary>
internal sealed class FillBooker(DeskContext desk, OpenOrders open, FeePrices fees, ProtectionWishes wishes)
{
    /// <summary>Our order behind a fill, also one that is done; null when it is not ours.</summary>
    public Task<string?> OwnerOfAsync(string? clientId, string venueId)
    {
        var account = desk.AccountId;
        return desk.Store.ReadAsync(
            db => db.DeskOrders.AsNoTracking()
                .Where(o => o.AccountId == account && (o.ClientId == clientId || o.VenueOrderId == venueId || o.TriggeredOrderId == venueId))
                .Select(o => (string?)o.ClientId).FirstOrDefaultAsync(desk.Stop),
            desk.Stop);
    }

    /// <summary>Those of these fills of a symbol that are booked.</summary>
    public async Task<HashSet<string>> KnownAsync(ExecutionDb db, string symbol, IEnumerable<VenueFill> fills)
    {
        var (account, ids) = (desk.AccountId, fills.Select(f => f.FillId).ToArray());
        var known = await db.Fills
            .AsNoTracking().Where(f => f.AccountId == account && f.Symbol == symbol && ids.Contains(f.VenueFillId)).Select(f => f.VenueFillId!)
            .ToListAsync(desk.Stop);
        return known.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Books those that are not booked yet.</summary>
    public async Task<DeskNews> BookAsync(DeskWork work, DeskOrder order, IReadOnlyList<VenueFill> fills)
    {
        var news = DeskNews.None;
        foreach (var fill in await NewOnesAsync(work, order.Symbol, fills))
        {
            var ledger = await work.LedgerAsync();
            var fee = fees.FeeOf(fill);
            var (realized, _) = ledger.Book(order.GroupId, order.Symbol, order.Leverage, Planned(fill, fill.Quantity, fee), work.Now);
            var exit = order.Leg == DeskLegs.Entry ? null : await work.ExitAsync(await work.OrderAsync(order), order.ClientId, order.Side!, desk.Stop);
            (exit ?? await work.OrderAsync(order)).MarketTime = MarketTime(fill);
            Add(work, exit?.Id ?? order.OrderId, exit?.DecisionId ?? order.DecisionId, order.GroupId, fill, fee, realized);
            news = desk.Machine.Booked(order, fill.Quantity, fill.Price, fee.Quote, realized, work.Now);
        }

        if (news != DeskNews.None)
        {
            await wishes.AskAsync(work, order, open.Protecting(order));
        }

        return news;
    }

    /// <summary>One row of a fill, on the order and the group that it is of.</summary>
    public void Add(DeskWork work, Guid orderId, Guid decisionId, Guid groupId, VenueFill fill, BookedFee fee, decimal realized) =>
        work.Db.Fills.Add(new Fill
        {
            Id = OrderIds.VenueFill(orderId == Guid.Empty ? groupId : orderId, fill.Symbol, fill.FillId),
            OrderId = orderId,
            DecisionId = decisionId,
            AccountId = desk.AccountId,
            GroupId = groupId,
            Symbol = fill.Symbol,
            Side = SideWords.Of(fill.Side == OrderSide.Buy),
            Qty = fill.Quantity,
            Price = fill.Price,
            Fee = fee.Quote,
            FeeAsset = fee.Asset,
            FeeAssetQty = fee.AssetQty,
            FeePending = fee.Pending,
            RealizedPnl = realized,
            VenueFillId = fill.FillId,
            MarketTime = MarketTime(fill),
            CreatedAt = work.Now,
        });

    public static PlannedFill Planned(VenueFill fill, decimal qty, BookedFee fee) =>
        new(fill.Side == OrderSide.Buy, qty, fill.Price, fee.Quote) { IsFeeElsewhere = fee.Asset is not null };

    private async Task<IReadOnlyList<VenueFill>> NewOnesAsync(DeskWork work, string symbol, IReadOnlyList<VenueFill> fills)
    {
        if (fills.Count == 0)
        {
            return fills;
        }

        var known = await KnownAsync(work.Db, symbol, fills);
        return [.. fills.Where(f => !known.Contains(f.FillId)).OrderBy(f => f.At)];
    }

    private static DateTimeOffset MarketTime(VenueFill fill) => ControlStore.Micros(fill.MarketTime ?? fill.At);
}
