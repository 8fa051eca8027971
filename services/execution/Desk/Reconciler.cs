using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Compares the account with the venue: at the start, regularly, and whenever something may have been missed. It reads both, asks
/// <see cref="Reconciliation"/> what differs, and books what is to be booked.
/// </summary>
internal sealed class Reconciler(
    DeskContext desk,
    OpenOrders open,
    OrderChanges changes,
    FillBooker fills,
    ForeignFills foreign,
    FeePrices fees,
    Funding funding,
    ModeWatch modes,
    VenueListing listing,
    Requests requests,
    DifferenceLog differences,
    SnapshotClock clock)
{
    private const decimal BalanceDoubt = 0.01m;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    // Younger than that, the stream may still tell of it.
    private static readonly TimeSpan StreamDelay = TimeSpan.FromSeconds(2);

    private readonly PositionDoubts _doubts = new();

    /// <summary>Reads the venue beside the desk when that is due.</summary>
    public void Beat(DateTimeOffset now)
    {
        if (!clock.IsDue(now))
        {
            return;
        }

        clock.Begin();
        var reader = new SnapshotReader(desk.Venue, desk.Parts.Time, desk.IsOtherAsync);
        desk.Send(async token =>
        {
            var (since, symbols) = await desk.Store.ReadAsync(db => WhatToReadAsync(db, token), token);
            var read = await reader.ReadAsync(symbols, since, token);
            await fees.AskAsync(read.Snapshot?.Fills ?? [], token);
            return read;
        });
    }

    /// <summary>True when the account was compared.</summary>
    public async Task<bool> ReadAsync(Snapshotted message)
    {
        if (message.Snapshot is not { } snapshot)
        {
            DeskLog.NotRead(desk.Log, desk.AccountId, message.Why);
            clock.End(desk.Now + AfterFailure);
            return false;
        }

        clock.End(desk.Now + TimeSpan.FromSeconds(desk.Parts.Options.OrderSyncIntervalS));
        listing.Take(snapshot.Instruments);
        await modes.CompareAsync(snapshot.Modes);
        var isComplete = await BookFillsAsync(snapshot);
        await BookFundingAsync(snapshot);
        // Read when every fill of the snapshot is booked, for those made the positions.
        var ours = await OurBooksAsync(snapshot);
        await BookAsync(Reconciliation.Differences(snapshot, ours), snapshot);
        await FinishAsync(snapshot with { IsComplete = isComplete && snapshot.IsComplete });
        listing.IsReady = true;
        return true;
    }

    private async Task<(DateTimeOffset Since, List<string> Symbols)> WhatToReadAsync(ExecutionDb db, CancellationToken cancellationToken)
    {
        var account = desk.AccountId;
        var owner = await db.DeskOwners.AsNoTracking().SingleAsync(o => o.AccountId == account, cancellationToken);
        // Never compared before: what was traded before this moment is not ours.
        var since = owner.ReconciledAt is { } last ? last - Overlap : owner.OwnedAt;
        var held = await db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).Select(p => p.Symbol).ToListAsync(cancellationToken);
        var ordered = await db.DeskOrders.AsNoTracking().Where(o => o.AccountId == account && o.UpdatedAt >= since && o.SentAt != null)
            .Select(o => o.Symbol).Distinct().ToListAsync(cancellationToken);
        var sentOnes = await db.DeskOrders.AsNoTracking()
            .Where(
                o => o.AccountId == account && o.SentAt != null && (o.State == DeskStates.Sending || o.State == DeskStates.Working || o.State == DeskStates.Unknown || o.State == DeskStates.Held))
            .Select(o => new { o.Symbol, o.SentAt }).ToListAsync(cancellationToken);
        // An order that has been open for long may have been filled before the last comparison and not been recognised.
        var oldest = sentOnes.Min(o => o.SentAt) is { } sent && sent - Overlap < since ? sent - Overlap : since;
        return (oldest, [.. held.Concat(ordered).Concat(sentOnes.Select(o => o.Symbol)).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>False when it cannot be told yet whose some fill is.</summary>
    private async Task<bool> BookFillsAsync(VenueSnapshot snapshot)
    {
        var isComplete = true;
        foreach (var some in snapshot.Fills.OrderBy(f => f.At).GroupBy(f => f.Symbol))
        {
            var known = await desk.Store.ReadAsync(db => fills.KnownAsync(db, some.Key, some), desk.Stop);
            foreach (var fill in some.Where(f => !known.Contains(f.FillId)))
            {
                isComplete &= await BookFillAsync(fill, snapshot);
            }
        }

        return isComplete;
    }

    private async Task<bool> BookFillAsync(VenueFill fill, VenueSnapshot snapshot)
    {
        var owner = await fills.OwnerOfAsync(Reconciliation.NameOf(fill, snapshot), fill.VenueOrderId);
        switch (Reconciliation.OwnerOf(fill, owner, snapshot, open))
        {
            case FillOwner.Ours:
                var isLate = desk.Now + desk.Venue.ClockOffset - fill.At > StreamDelay;
                await changes.ChangeAsync(owner!, (work, order) =>
                {
                    if (isLate)
                    {
                        differences.Report(work, "fill", fill.Symbol, ForeignFills.Text(fill), null, $"booked on {owner}");
                    }

                    return fills.BookAsync(work, order, [fill]);
                });
                break;
            case FillOwner.Unclear:
                clock.Soon(desk.Now);
                return false;
            case FillOwner.Foreign:
                await foreign.SeenAsync(fill);
                break;
        }

        return true;
    }

    /// <summary>Payments that the stream did not tell of, or told to a desk that ended.</summary>
    private async Task BookFundingAsync(VenueSnapshot snapshot)
    {
        foreach (var payment in snapshot.Funding)
        {
            if (await funding.SeenAsync(payment))
            {
                // The wallet may have been read before it.
                clock.Soon(desk.Now);
            }
        }
    }

    private async Task<OurBooks> OurBooksAsync(VenueSnapshot snapshot)
    {
        var owners = new Dictionary<VenueOrder, (string ClientId, bool IsDone)>();
        foreach (var order in snapshot.Orders.Where(o => open.Find(o.ClientId, o.VenueId) is null))
        {
            if (await fills.OwnerOfAsync(order.ClientId, order.VenueId) is { } owner)
            {
                owners[order] = (owner, await IsDoneAsync(owner, snapshot.ReadAt));
            }
        }

        var account = desk.AccountId;
        var positions = await desk.Store.ReadAsync(db => db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).ToListAsync(desk.Stop), desk.Stop);
        return new(positions, open, owners, desk.Venue.Account.PositionMode);
    }

    /// <summary>Done since before the snapshot was read.</summary>
    private Task<bool> IsDoneAsync(string clientId, DateTimeOffset before) => desk.Store.ReadAsync(
        db => db.DeskOrders.AnyAsync(o => o.ClientId == clientId && o.UpdatedAt < before && (o.State == DeskStates.Filled || o.State == DeskStates.Canceled || o.State == DeskStates.Rejected), desk.Stop), desk.Stop);

    private async Task BookAsync(IReadOnlyList<Difference> found, VenueSnapshot snapshot)
    {
        foreach (var difference in found)
        {
            switch (difference)
            {
                case Difference.OrderUnclear { Order: var order }:
                    order.LookAt(desk.Now);
                    break;
                case Difference.OrderForeign { Order: var order }:
                    await differences.ReportAsync(
                        "foreign_order", order.Symbol, $"{order.ClientId ?? order.VenueId} {order.Side} {Rejections.Text(order.Quantity)}", null,
                        "left alone");
                    break;
                case Difference.OrderLeftOver { Order: var order, ClientId: var owner }:
                    await differences.ReportAsync("order", order.Symbol, $"{order.ClientId} open", "done", "cancelled");
                    requests.Cancel(owner, new OrderRef(order.Symbol, order.ClientId, order.VenueId, order.IsProtection));
                    break;
            }
        }

        var (certain, lookAgain) = _doubts.Weigh(found.OfType<Difference.PositionDiffers>(), open.IsInFlight);
        if (lookAgain)
        {
            clock.Soon(desk.Now);
        }

        foreach (var difference in certain)
        {
            var price = difference.Taken > 0m ? PriceOf(difference.Symbol, snapshot) : null;
            if (_doubts.IsNew(difference, price is not null))
            {
                await BookPositionAsync(difference, price);
            }
        }
    }

    private decimal? PriceOf(string symbol, VenueSnapshot snapshot) =>
        snapshot.Positions.FirstOrDefault(p => p.Symbol == symbol)?.MarkPrice ?? desk.Parts.Prices.Find(symbol)?.Price;

    /// <summary>No fill explains it. What the venue does not hold any more is taken off the groups; what it holds beyond is not theirs.</summary>
    /// <param name="price">At which it is taken off them; null where nothing is, or where there is no price yet.</param>
    private Task<decimal> BookPositionAsync(Difference.PositionDiffers difference, decimal? price) => desk.Store.RunAsync(
        async work =>
        {
            var (symbol, side, venue, own) = difference;
            if (price is not { } mark)
            {
                var done = difference.Taken > 0m ? "waits for a price to be booked at" : "left alone: a person should look";
                differences.Report(work, "foreign_position", symbol, Rejections.Text(venue), Rejections.Text(own), done);
                return 0m;
            }

            var id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"difference-{work.Now.UtcTicks}");
            var closing = own > 0m ? OrderSide.Sell : OrderSide.Buy;
            return await foreign.CloseAsync(work, new VenueFill(symbol, id, "", null, closing, side, difference.Taken, mark, 0m, DeskContext.Quote, work.Now), "position");
        },
        desk.Stop);

    private async Task FinishAsync(VenueSnapshot snapshot)
    {
        await desk.Store.RunAsync(
            async work =>
            {
                var account = desk.AccountId;
                var owner = await work.Db.DeskOwners.SingleAsync(o => o.AccountId == account, desk.Stop);
                owner.ReconciledAt = snapshot.IsComplete ? snapshot.ReadAt : owner.ReconciledAt;
                if (snapshot.Wallet is { } wallet)
                {
                    var ledger = await work.LedgerAsync();
                    if (Math.Abs(wallet - ledger.Account.Balance) > BalanceDoubt && listing.IsReady && !open.All.Any(o => o.Row.IsInFlight))
                    {
                        differences.Report(work, "balance", null, Rejections.Text(wallet), Rejections.Text(ledger.Account.Balance), "taken over");
                    }

                    if (wallet != ledger.Account.Balance)
                    {
                        ledger.Account.Balance = wallet;
                        work.AccountChanged();
                    }
                }

                return true;
            },
            desk.Stop);
    }
}
