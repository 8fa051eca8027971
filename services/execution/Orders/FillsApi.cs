using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Orders;

/// <summary>What was traded at once of an order.</summary>
/// <param name="Side">BUY or SELL.</param>
/// <param name="Fee">Quote currency.</param>
/// <param name="FeeAsset">Where the fee was taken in another asset: that asset.</param>
/// <param name="FeeAssetQty">How much of <c>FeeAsset</c>.</param>
/// <param name="FeePending">There was no price of <c>FeeAsset</c> yet, so <c>Fee</c> is without it.</param>
/// <param name="RealizedPnl">Profit or loss of what it closed, in quote currency, without fees.</param>
/// <param name="MarketTime">When it was traded in the market's own time, RFC 3339: the exchange's, or a replay's, which is in the past. Null of fills from before it was kept.</param>
public sealed record FillView(
    Guid Id, Guid OrderId, Guid DecisionId, string Symbol, string Side, decimal Qty, decimal Price, decimal Fee, string? FeeAsset, decimal? FeeAssetQty, bool FeePending, decimal RealizedPnl, DateTimeOffset? MarketTime, DateTimeOffset CreatedAt)
{
    public static FillView Of(Fill f) => new(
        f.Id, f.OrderId, f.DecisionId, f.Symbol, f.Side, OrderAnnouncements.Plain(f.Qty), OrderAnnouncements.Plain(f.Price), OrderAnnouncements.Plain(f.Fee), f.FeeAsset, f.FeeAssetQty, f.FeePending,
        OrderAnnouncements.Plain(f.RealizedPnl), f.MarketTime, f.CreatedAt);
}

public static class FillsApi
{
    public static void MapFills(this WebApplication app) =>
        app.MapGet("/api/v1/fills", ListAsync).RequireRole(Roles.Viewer).AllowGroup().WithTags("execution").Operation("listFills", "What was traded, newest first").Produces<Page<FillView>>();

    private static async Task<IResult> ListAsync(ExecutionDb db, GroupScope scope, string? group_id, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var violations = new List<FieldError>();
        var group = ListRequest.Id("group_id", group_id, violations);
        if (scope.Narrow(ref group) is { } refusal)
        {
            return refusal;
        }

        if (ListRequest.Read(limit, cursor, violations) is not { } request)
        {
            return ListRequest.Refuse(violations);
        }

        var query = db.Fills.AsNoTracking().Where(f => f.Seq < request.Before);
        query = group is { } g ? query.Where(f => f.GroupId == g) : query;
        var rows = await query.OrderByDescending(f => f.Seq).Take(request.Limit + 1).ToListAsync(cancellationToken);
        return Results.Ok(Paging.Cut(rows, request.Limit, f => f.Seq, FillView.Of));
    }
}
