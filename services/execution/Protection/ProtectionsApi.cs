using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Protection;

/// <summary>A stop-loss or take-profit of a position, as it was set.</summary>
/// <param name="DecisionId">What set it.</param>
/// <param name="Kind">stop_loss or take_profit.</param>
/// <param name="Side">BUY or SELL: of the order that closes.</param>
/// <param name="Status">waiting for its price, triggered, or canceled.</param>
/// <param name="Reason">Why it was canceled.</param>
/// <param name="NakedSeconds">Seconds in which positions of the group and symbol stood without such a leg although it was asked for, of all time.</param>
public sealed record ProtectionView(
    Guid Id, Guid DecisionId, string? ClientDecisionId, Guid AccountId, Guid GroupId, string GroupName, string Symbol,
    [property: Words(typeof(LegKinds))] string Kind, string Side, decimal TriggerPrice, decimal Qty,
    [property: Words(typeof(LegStatuses))] string Status,
    string? Reason, decimal NakedSeconds, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public static class ProtectionsApi
{
    public static void MapProtections(this WebApplication app) =>
        app.MapGet("/api/v1/protections", ListAsync)
            .RequireRole(Roles.Viewer).AllowGroup().WithTags("execution")
            .Operation("listProtections", "Stop-losses and take-profits of positions, newest first");

    private static async Task<Results<Ok<Page<ProtectionView>>, RestError>> ListAsync(
        ExecutionDb db, GroupScope scope, Guid? group_id, [Words(typeof(LegStatuses))] string? status, [AsParameters] ListQuery list,
        CancellationToken cancellationToken)
    {
        if (scope.Narrow(ref group_id) is { } refusal)
        {
            return refusal;
        }

        var query = db.ProtectionLegs.AsNoTracking().Where(l => l.Seq < list.Before);
        query = group_id is { } g ? query.Where(l => l.GroupId == g) : query;
        query = status is null ? query : query.Where(l => l.Status == status);
        var rows = await query
            .GroupJoin(
                db.ProtectionPlans, l => new { l.AccountId, l.GroupId, l.Symbol, l.Kind }, p => new { p.AccountId, p.GroupId, p.Symbol, p.Kind }, (leg, plans) => new { leg, plans })
            .SelectMany(r => r.plans.DefaultIfEmpty(), (r, plan) => new { r.leg, Naked = plan == null ? 0m : plan.NakedSeconds })
            .OrderByDescending(r => r.leg.Seq)
            .Take(list.Take)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, r => r.leg.Seq, r => View(r.leg, r.Naked)));
    }

    private static ProtectionView View(ProtectionLeg l, decimal naked) => new(
        l.Id, l.Protects, l.ClientDecisionId, l.AccountId, l.GroupId, l.GroupName, l.Symbol, l.Kind, l.Side, OrderAnnouncements.Plain(l.TriggerPrice),
        OrderAnnouncements.Plain(l.Qty), l.Status,
        l.Reason, OrderAnnouncements.Plain(naked), l.CreatedAt, l.UpdatedAt);
}
