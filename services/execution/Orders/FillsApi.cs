using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Orders;

/// <summary>What was traded at once of an order.</summary>
/// <param name="Side">BUY or SELL.</param>
/// <param name="Fee">Quote currency.</param>
/// <param name="FeeAsset">Where the fee was taken in another asset: that asset.</param>
/// <param name="FeeAssetQty">How much of <c>FeeAsset</c>.</param>
/// <param name="FeePending">There was no price of <c>FeeAsset</c> yet, so <c>Fee</c> is without it.</param>
/// <param name="RealizedPnl">Profit or loss of what it closed, in quote currency, without fees.</param>
/// <param name="MarketTime">When it was traded in the market's own time, RFC 3339: the exchange's, or a replay's, which is in the past. Null of fills
/// from before it was kept.</param>
public sealed record FillView(
    Guid Id, Guid OrderId, Guid DecisionId, string Symbol, [property: Words(typeof(SideWords))] string Side, decimal Qty, decimal Price, decimal Fee, string? FeeAsset, decimal? FeeAssetQty, bool FeePending, decimal RealizedPnl, DateTimeOffset? MarketTime, DateTimeOffset CreatedAt)
{
    public static FillView Of(Fill f) => new(
        f.Id, f.OrderId, f.DecisionId, f.Symbol, f.Side, OrderAnnouncements.Plain(f.Qty), OrderAnnouncements.Plain(f.Price),
        OrderAnnouncements.Plain(f.Fee), f.FeeAsset, f.FeeAssetQty, f.FeePending,
        OrderAnnouncements.Plain(f.RealizedPnl), f.MarketTime, f.CreatedAt);
}

public static class FillsApi
{
    public static void MapFills(this WebApplication app) =>
        app.MapGet("/api/v1/fills", ListAsync).RequireRole(Roles.Viewer).AllowGroup().WithTags("execution").Operation("listFills", "What was traded, newest first");

    private static async Task<Results<Ok<Page<FillView>>, RestError>> ListAsync(
        ExecutionDb db, GroupScope scope, Guid? group_id, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        if (scope.Narrow(ref group_id) is { } refusal)
        {
            return refusal;
        }

        var query = db.Fills.AsNoTracking().Where(f => f.Seq < list.Before);
        query = group_id is { } g ? query.Where(f => f.GroupId == g) : query;
        var rows = await query.OrderByDescending(f => f.Seq).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, f => f.Seq, FillView.Of));
    }
}
