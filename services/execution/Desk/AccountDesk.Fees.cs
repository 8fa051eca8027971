using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Fees that the venue took in another asset than the quote currency, such as BNB: booked with both amounts, valued at the venue's own last price of
/// the asset when the fill was heard of. They left another wallet, so they are costs and no part of the balance, which is the wallet in quote
/// currency. Without a price the fill is booked all the same, marked, and valued as soon as there is one.
/// </summary>
public sealed partial class AccountDesk
{
    private const string FeeValued = "fee_valued";

    private static readonly TimeSpan FeePriceDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FeePriceAge = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FeesPeriod = TimeSpan.FromSeconds(5);

    // Also used beside the desk: prices are asked for before a fill comes to it.
    private readonly ConcurrentDictionary<string, (decimal Price, DateTimeOffset At)> _feePrices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _noFeePrice = new(StringComparer.Ordinal);
    private DateTimeOffset _feesDue;
    private bool _mayHavePending = true;
    private bool _valuing;

    private static bool IsForeign(VenueFill fill) => fill is { Fee: not (null or 0m), FeeAsset: { Length: > 0 } asset } && asset != Quote;

    /// <summary>What it cost as it is booked.</summary>
    private BookedFee FeeOf(VenueFill fill)
    {
        if (!IsForeign(fill))
        {
            return new(decimal.Round(fill.Fee ?? 0m, PositionMath.Places), null, null, false);
        }

        var price = FreshFeePrice(fill.FeeAsset!);
        _mayHavePending |= price is null;
        return new(price is { } p ? PositionMath.Value(fill.Fee!.Value, p) : 0m, fill.FeeAsset, fill.Fee, price is null);
    }

    /// <summary>Makes sure of a price for what these fills were charged in. Runs beside the desk, and never fails: what has no price is valued later.</summary>
    private async Task PriceFeesAsync(IEnumerable<VenueFill> fills, CancellationToken cancellationToken)
    {
        foreach (var asset in fills.Where(IsForeign).Select(f => f.FeeAsset!).Distinct(StringComparer.Ordinal))
        {
            await PriceFeeAsync(asset, cancellationToken);
        }
    }

    private async Task PriceFeeAsync(string asset, CancellationToken cancellationToken)
    {
        // One that has no price must not hold up every fill for as long as it takes to hear that.
        if (FreshFeePrice(asset) is not null || (_noFeePrice.TryGetValue(asset, out var asked) && Now - asked < FeePriceDeadline * 2))
        {
            return;
        }

        using var deadline = new CancellationTokenSource(FeePriceDeadline, _parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var told = await _venue.LastPriceAsync(asset + Quote, either.Token);
            if (told is { IsAccepted: true, Value.Price: > 0m and var price })
            {
                _feePrices[asset] = (price, Now);
                return;
            }

            DeskLog.NoFeePrice(_parts.Log, _store.AccountId, asset, told.Refusal?.Message ?? told.Why);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            DeskLog.NoFeePrice(_parts.Log, _store.AccountId, asset, "no answer in time");
        }

        _noFeePrice[asset] = Now;
    }

    private decimal? FreshFeePrice(string asset) =>
        _feePrices.TryGetValue(asset, out var known) && Now - known.At <= FeePriceAge ? known.Price
        : _parts.Prices.IsFresh(asset + Quote) ? _parts.Prices.Find(asset + Quote)?.Price
        : null;

    /// <summary>Looks for a price of what was booked without one.</summary>
    private async Task ValueFeesAsync(DateTimeOffset now)
    {
        if (!_mayHavePending || _valuing || _feesDue > now)
        {
            return;
        }

        _feesDue = now + FeesPeriod;
        var account = _store.AccountId;
        var assets = await _store.ReadAsync(db => db.Fills.AsNoTracking().Where(f => f.AccountId == account && f.FeePending).Select(f => f.FeeAsset!).Distinct().ToListAsync(_stop), _stop);
        _mayHavePending = assets.Count > 0;
        if (_mayHavePending)
        {
            _valuing = true;
            Beside(async token =>
            {
                foreach (var asset in assets)
                {
                    await PriceFeeAsync(asset, token);
                }

                return FeesPriced.Now;
            });
        }
    }

    private async Task FeesPricedAsync()
    {
        _valuing = false;
        await _store.RunAsync(
            async work =>
            {
                var account = _store.AccountId;
                foreach (var fill in await work.Db.Fills.Where(f => f.AccountId == account && f.FeePending).OrderBy(f => f.Seq).ToListAsync(_stop))
                {
                    if (FreshFeePrice(fill.FeeAsset!) is not { } price)
                    {
                        continue;
                    }

                    (fill.Fee, fill.FeePending) = (PositionMath.Value(fill.FeeAssetQty!.Value, price), false);
                    (await work.LedgerAsync()).BookFee(fill.GroupId, fill.Symbol, fill.Fee, work.Now);
                    if (await work.Db.Orders.SingleOrDefaultAsync(o => o.Id == fill.OrderId, _stop) is { } order)
                    {
                        order.Fee += fill.Fee;
                        if (await work.Db.DeskOrders.SingleOrDefaultAsync(o => o.ClientId == order.ClientOrderId, _stop) is { } desk)
                        {
                            desk.Fee += fill.Fee;
                        }
                    }

                    work.Log(FeeValued, fill.Symbol, $"{Rejections.Text(fill.FeeAssetQty.Value)} {fill.FeeAsset} ({fill.VenueFillId})", null, $"valued at {Rejections.Text(price)}: {Rejections.Text(fill.Fee)}");
                }

                return true;
            },
            _stop);
    }

    /// <param name="Quote">In quote currency; 0 while it is <paramref name="Pending"/>.</param>
    /// <param name="Asset">Where it is another, with <paramref name="AssetQty"/> of it.</param>
    private readonly record struct BookedFee(decimal Quote, string? Asset, decimal? AssetQty, bool Pending)
    {
        /// <summary>As much of it as <paramref name="qty"/> is of <paramref name="of"/>; the last part is what is there.</summary>
        public (BookedFee Part, BookedFee Left) Split(decimal qty, decimal of)
        {
            if (qty == of)
            {
                return (this, new(0m, Asset, AssetQty is null ? null : 0m, Pending));
            }

            var part = new BookedFee(decimal.Round(Quote * qty / of, 12), Asset, AssetQty is { } all ? decimal.Round(all * qty / of, 12) : null, Pending);
            return (part, new(Quote - part.Quote, Asset, AssetQty - part.AssetQty, Pending));
        }
    }
}
