using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>What a group holds of a symbol.</summary>
/// <param name="Side">LONG, SHORT or FLAT.</param>
/// <param name="Qty">Base asset; below 0 for a short position.</param>
/// <param name="AvgPrice">Quote currency; derived from <c>Cost</c>.</param>
/// <param name="Cost">Quote currency: the signed sum of quantity × price of what is held.</param>
/// <param name="MarkPrice">Latest price in quote currency; null while this node has seen none of the symbol.</param>
/// <param name="UnrealizedPnl">Quote currency; null while there is no <c>MarkPrice</c>.</param>
public sealed record PositionView(
    Guid AccountId, Guid GroupId, string GroupName, string Symbol, [property: Words(typeof(PositionWords))] string Side, decimal Qty,
    decimal AvgPrice, decimal Cost, decimal? MarkPrice,
    decimal RealizedPnl, decimal? UnrealizedPnl, DateTimeOffset UpdatedAt)
{
    public static PositionView Of(Position p, string groupName, decimal? mark) => new(
        p.AccountId, p.GroupId, groupName, p.Symbol, PositionWords.Of(p.Qty),
        OrderAnnouncements.Plain(p.Qty), OrderAnnouncements.Plain(p.AvgPrice), OrderAnnouncements.Plain(p.Cost), mark, OrderAnnouncements.Plain(p.RealizedPnl),
        mark is { } m ? OrderAnnouncements.Plain(p.Unrealized(m)) : p.Qty == 0m ? 0m : null, p.UpdatedAt);
}

public static class PositionsApi
{
    public static void MapPositions(this WebApplication app) =>
        app.MapGet("/api/v1/positions", ListAsync)
            .RequireRole(Roles.Viewer).AllowGroup().WithTags("execution")
            .Operation("listPositions", "What each group holds on its account, newest first");

    private static async Task<Results<Ok<Page<PositionView>>, RestError>> ListAsync(
        ExecutionDb db, PriceBook prices, GroupScope scope, Guid? group_id, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        if (scope.Narrow(ref group_id) is { } refusal)
        {
            return refusal;
        }

        var query = db.Positions.AsNoTracking().Where(p => p.Seq < list.Before);
        query = group_id is { } g ? query.Where(p => p.GroupId == g) : query;
        var rows = await query
            .Join(db.Bindings, p => p.GroupId, b => b.GroupId, (position, binding) => new { position, binding.GroupName })
            .OrderByDescending(r => r.position.Seq)
            .Take(list.Take)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, r => r.position.Seq, r => PositionView.Of(r.position, r.GroupName, prices.Find(r.position.Symbol)?.Price)));
    }
}
