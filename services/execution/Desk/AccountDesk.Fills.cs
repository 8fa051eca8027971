using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Fills, each booked once however it was learned of: on the group's position, the account and the order in one transaction.</summary>
public sealed partial class AccountDesk
{
    private const string Quote = "USDT";

    private async Task FillSeenAsync(VenueFill fill)
    {
        var order = Find(fill.ClientId, fill.VenueOrderId);
        if (order is not null && fill.Fee is null)
        {
            // The message does not tell what it cost; the venue's list does.
            order.CheckAt = Now;
            return;
        }

        var clientId = order?.ClientId ?? await OwnerOfAsync(fill);
        if (clientId is null)
        {
            if (fill.IsLiquidation)
            {
                await ForeignFillAsync(fill);
            }

            // Somebody else trades on the account, or the venue itself does.
            SnapshotSoon();
            return;
        }

        await ChangeAsync(clientId, (work, o) => BookAsync(work, o, [fill]));
    }

    /// <summary>Our order behind a fill, also one that is done; null when it is not ours.</summary>
    private Task<string?> OwnerOfAsync(VenueFill fill)
    {
        var (account, client, venue) = (_store.AccountId, fill.ClientId, fill.VenueOrderId);
        return _store.ReadAsync(
            db => db.DeskOrders.AsNoTracking()
                .Where(o => o.AccountId == account && (o.ClientId == client || o.VenueOrderId == venue || o.TriggeredOrderId == venue))
                .Select(o => (string?)o.ClientId).FirstOrDefaultAsync(_stop),
            _stop);
    }

    /// <summary>Books those that are not booked yet.</summary>
    private async Task<DeskNews> BookAsync(DeskWork work, DeskOrder order, IReadOnlyList<VenueFill> fills)
    {
        var news = DeskNews.None;
        foreach (var fill in await NewOnesAsync(work, order.Symbol, fills))
        {
            var ledger = await work.LedgerAsync();
            var fee = FeeOf(fill);
            var (realized, _) = ledger.Book(order.GroupId, order.Symbol, order.Leverage, Planned(fill, fill.Quantity, fee), work.Now);
            var exit = order.Leg == DeskLegs.Entry ? null : await work.ExitAsync(await work.OrderAsync(order), order.ClientId, order.Side!, _stop);
            (exit ?? await work.OrderAsync(order)).MarketTime = MarketTime(fill);
            Add(work, exit?.Id ?? order.OrderId, exit?.DecisionId ?? order.DecisionId, order.GroupId, fill, fee, realized);
            news = _machine.Booked(order, fill.Quantity, fill.Price, fee.Quote, realized, work.Now);
        }

        if (news != DeskNews.None)
        {
            await AskForAsync(work, order);
        }

        return news;
    }

    private async Task<IReadOnlyList<VenueFill>> NewOnesAsync(DeskWork work, string symbol, IReadOnlyList<VenueFill> fills)
    {
        if (fills.Count == 0)
        {
            return fills;
        }

        var account = _store.AccountId;
        var ids = fills.Select(f => f.FillId).ToArray();
        var known = await work.Db.Fills.Where(f => f.AccountId == account && f.Symbol == symbol && ids.Contains(f.VenueFillId)).Select(f => f.VenueFillId!).ToListAsync(_stop);
        return [.. fills.Where(f => !known.Contains(f.FillId)).OrderBy(f => f.At)];
    }

    private void Add(DeskWork work, Guid orderId, Guid decisionId, Guid groupId, VenueFill fill, BookedFee fee, decimal realized) =>
        work.Db.Fills.Add(new Fill
        {
            Id = OrderIds.VenueFill(orderId == Guid.Empty ? groupId : orderId, fill.Symbol, fill.FillId),
            OrderId = orderId,
            DecisionId = decisionId,
            AccountId = _store.AccountId,
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

    private static DateTimeOffset MarketTime(VenueFill fill) => ControlStore.Micros(fill.MarketTime ?? fill.At);

    private static PlannedFill Planned(VenueFill fill, decimal qty, BookedFee fee) => new(fill.Side == OrderSide.Buy, qty, fill.Price, fee.Quote) { IsFeeElsewhere = fee.Asset is not null };
}
