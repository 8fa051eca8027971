using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Positions;

/// <summary><c>Cost</c> is the signed sum of quantity × price of what is held, <c>AvgPrice</c> derived from it. <c>MarkPrice</c> and <c>UnrealizedPnl</c> are null while this node has seen no price of the symbol.</summary>
public sealed record PositionView(
    Guid AccountId, Guid GroupId, string GroupName, string Symbol, string Side, decimal Qty, decimal AvgPrice, decimal Cost, decimal? MarkPrice,
    decimal RealizedPnl, decimal? UnrealizedPnl, DateTimeOffset UpdatedAt)
{
    public static PositionView Of(Position p, string groupName, decimal? mark) => new(
        p.AccountId, p.GroupId, groupName, p.Symbol, p.Qty > 0m ? "LONG" : p.Qty < 0m ? "SHORT" : "FLAT",
        OrderAnnouncements.Plain(p.Qty), OrderAnnouncements.Plain(p.AvgPrice), OrderAnnouncements.Plain(p.Cost), mark, OrderAnnouncements.Plain(p.RealizedPnl),
        mark is { } m ? OrderAnnouncements.Plain(p.Unrealized(m)) : p.Qty == 0m ? 0m : null, p.UpdatedAt);
}

public static class PositionsApi
{
    public static void MapPositions(this WebApplication app) =>
        app.MapGet("/api/v1/positions", ListAsync).RequireAuthorization().WithTags("execution").Produces<Page<PositionView>>();

    private static async Task<IResult> ListAsync(ExecutionDb db, PriceBook prices, string? group_id, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var violations = new List<Violation>();
        var group = ListRequest.Id("group_id", group_id, violations);
        if (ListRequest.Read(limit, cursor, violations) is not { } request)
        {
            return ListRequest.Refuse(violations);
        }

        var query = db.Positions.AsNoTracking().Where(p => p.Seq < request.Before);
        query = group is { } g ? query.Where(p => p.GroupId == g) : query;
        var rows = await query
            .Join(db.Bindings, p => p.GroupId, b => b.GroupId, (position, binding) => new { position, binding.GroupName })
            .OrderByDescending(r => r.position.Seq)
            .Take(request.Limit + 1)
            .ToListAsync(cancellationToken);
        return Results.Ok(Paging.Cut(rows, request.Limit, r => r.position.Seq, r => PositionView.Of(r.position, r.GroupName, prices.Find(r.position.Symbol)?.Price)));
    }
}
