using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Fees in another asset that had no price when their fill was booked, valued as soon as there is one. They left another wallet, so they are
/// costs and no part of the balance, which is the wallet in quote currency.
/// </summary>
internal sealed class PendingFees(DeskContext desk, FeePrices prices)
{
    private const string FeeValued = "fee_valued";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private DateTimeOffset _due;
    private bool _asking;

    /// <summary>Looks for a price of what was booked without one.</summary>
    public async Task BeatAsync(DateTimeOffset now)
    {
        if (!prices.MayHavePending || _asking || _due > now)
        {
            return;
        }

        _due = now + Period;
        var account = desk.AccountId;
        var assets = await desk.Store.ReadAsync(
            db => db.Fills.AsNoTracking().Where(f => f.AccountId == account && f.FeePending).Select(f => f.FeeAsset!).Distinct().ToListAsync(desk.Stop), desk.Stop);
        prices.MayHavePending = assets.Count > 0;
        if (prices.MayHavePending)
        {
            _asking = true;
            desk.Send(async token =>
            {
                foreach (var asset in assets)
                {
                    await prices.AskAsync(asset, token);
                }

                return FeesPriced.Now;
            });
        }
    }

    public async Task PricedAsync()
    {
        _asking = false;
        await desk.Store.RunAsync(
            async work =>
            {
                var account = desk.AccountId;
                foreach (var fill in await work.Db.Fills.Where(f => f.AccountId == account && f.FeePending).OrderBy(f => f.Seq).ToListAsync(desk.Stop))
                {
                    if (prices.Fresh(fill.FeeAsset!) is not { } price)
                    {
                        continue;
                    }

                    (fill.Fee, fill.FeePending) = (PositionMath.Value(fill.FeeAssetQty!.Value, price), false);
                    (await work.LedgerAsync()).BookFee(fill.GroupId, fill.Symbol, fill.Fee, work.Now);
                    if (await work.Db.Orders.SingleOrDefaultAsync(o => o.Id == fill.OrderId, desk.Stop) is { } order)
                    {
                        order.Fee += fill.Fee;
                        if (await work.Db.DeskOrders.SingleOrDefaultAsync(o => o.ClientId == order.ClientOrderId, desk.Stop) is { } sent)
                        {
                            sent.Fee += fill.Fee;
                        }
                    }

                    var qty = Rejections.Text(fill.FeeAssetQty.Value);
                    work.Log(FeeValued, fill.Symbol, $"{qty} {fill.FeeAsset} ({fill.VenueFillId})", null, $"valued at {Rejections.Text(price)}: {Rejections.Text(fill.Fee)}");
                }

                return true;
            },
            desk.Stop);
    }
}
