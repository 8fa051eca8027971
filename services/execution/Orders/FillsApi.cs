using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Orders;

/// <summary>
/// <c>Fee</c> is in quote currency. Where it was taken in another asset, that is <c>FeeAsset</c> and <c>FeeAssetQty</c> of it, and <c>FeePending</c> says
/// that there was no price for it yet.
/// </summary>
public sealed record FillView(
    Guid Id, Guid OrderId, Guid DecisionId, string Symbol, string Side, decimal Qty, decimal Price, decimal Fee, string? FeeAsset, decimal? FeeAssetQty, bool FeePending, decimal RealizedPnl, DateTimeOffset CreatedAt)
{
    public static FillView Of(Fill f) => new(
        f.Id, f.OrderId, f.DecisionId, f.Symbol, f.Side, OrderAnnouncements.Plain(f.Qty), OrderAnnouncements.Plain(f.Price), OrderAnnouncements.Plain(f.Fee), f.FeeAsset, f.FeeAssetQty, f.FeePending,
        OrderAnnouncements.Plain(f.RealizedPnl), f.CreatedAt);
}

public static class FillsApi
{
    public static void MapFills(this WebApplication app) =>
        app.MapGet("/api/v1/fills", ListAsync).RequireAuthorization().WithTags("execution").Produces<Page<FillView>>();

    private static async Task<IResult> ListAsync(ExecutionDb db, string? group_id, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var violations = new List<Violation>();
        var group = ListRequest.Id("group_id", group_id, violations);
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
