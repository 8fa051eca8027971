using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Protection;

/// <summary>Body of PUT: at least one of the two legs.</summary>
/// <param name="StopLoss">Price in quote currency; null removes the leg, left out it stays.</param>
/// <param name="TakeProfit">Price in quote currency; null removes the leg, left out it stays.</param>
/// <param name="Reason">What the person says about it, at most 500 characters; kept in the audit.</param>
public sealed record ProtectionBody(decimal? StopLoss = null, decimal? TakeProfit = null, string? Reason = null);

/// <summary>A leg of a position.</summary>
/// <param name="Kind">stop_loss or take_profit.</param>
/// <param name="State">waiting where it stands; at a venue anything else is on its way there, or its outcome is not known yet.</param>
public sealed record StandingLeg([property: Words(typeof(LegKinds))] string Kind, decimal TriggerPrice, decimal Qty, string State);

/// <summary>What protects a group's position now.</summary>
/// <param name="Qty">Base asset that is held; below 0 for a short position.</param>
/// <param name="Moving">A move of it is not done.</param>
/// <param name="Legs">What stands.</param>
public sealed record StandingProtection(Guid GroupId, Guid AccountId, string Symbol, decimal Qty, bool Moving, IReadOnlyList<StandingLeg> Legs);

/// <summary>What became of a move of protection.</summary>
/// <param name="Protection">What stands when this is answered.</param>
public sealed record ProtectionMoveView(
    Guid Id, [property: Words(typeof(MoveStates))] string Status, string? ReasonCode, string? ReasonMessage, string RequestedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, StandingProtection Protection);

/// <summary><c>/api/v1/protections/{group_id}/{symbol}</c>: what protects a position, and people moving it as bots do with <c>protect</c>.</summary>
public static class ProtectionMovesApi
{
    private const int LongestSymbol = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static void MapProtectionMoves(this WebApplication app)
    {
        var routes = app.MapGroup("/api/v1/protections").WithTags("execution");
        routes.MapGet("/{group_id:guid}/{symbol}", GetAsync).RequireRole(Roles.Viewer).AllowGroup().Operation("getProtection", "What protects a group's position now");
        routes.MapPut("/{group_id:guid}/{symbol}", PutAsync).RequireRole(Roles.Trader).Operation("moveProtection", "Moves, sets or removes what protects a group's position");
        routes.MapGet("/moves/{id:guid}", MoveAsync).RequireRole(Roles.Viewer).AllowGroup().Operation("getProtectionMove", "What became of a move of protection");
    }

    private static async Task<Results<Ok<StandingProtection>, NotFoundError>> GetAsync(
        ExecutionDb db, GroupScope scope, Guid group_id, string symbol, CancellationToken cancellationToken) =>
        scope.Covers(group_id) && await StandsAsync(db, group_id, symbol.ToUpperInvariant(), cancellationToken) is { } stands
            ? TypedResults.Ok(stands)
            : RestError.NotFound(group_id, "group_id");

    private static async Task<Results<Ok<ProtectionMoveView>, NotFoundError>> MoveAsync(ExecutionDb db, GroupScope scope, Guid id, CancellationToken cancellationToken) =>
        await db.ProtectionMoves.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, cancellationToken) is { } move && scope.Covers(move.GroupId)
            ? TypedResults.Ok(await ViewAsync(db, move, cancellationToken))
            : RestError.NotFound(id);

    private static async Task<Results<Ok<ProtectionMoveView>, Accepted<ProtectionMoveView>, Conflict<ProtectionMoveView>, RestError, NotFoundError>> PutAsync(
        HttpContext http, RestBody<ProtectionBody> body, ExecutionDb db, ProtectionMoves moves, TimeProvider time, Guid group_id, string symbol, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => Read(b, symbol), out var asked, out var refusal))
        {
            return refusal;
        }

        if (await db.Bindings.AsNoTracking().SingleOrDefaultAsync(b => b.GroupId == group_id, cancellationToken) is not { } group)
        {
            return RestError.NotFound(group_id, "group_id");
        }

        var actor = http.User.Actor();
        var steering = new GroupSteering(
            Guid.CreateVersion7(), group_id, group.GroupName, actor, null, new(symbol.ToUpperInvariant(), asked.Stop, asked.Take), null, null, ControlStore.Micros(time.GetUtcNow()), Activity.Current?.Id);
        await AuditAsync(db, steering, asked.Reason, asked.Text, cancellationToken);
        // What was asked for is done, whether or not somebody waits for the answer.
        var move = await moves.ApplyAsync(steering, CancellationToken.None);
        var started = time.GetTimestamp();
        while (move.IsOpen && time.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Poll, time, cancellationToken);
            move = await db.ProtectionMoves.AsNoTracking().SingleAsync(m => m.Id == move.Id, cancellationToken);
        }

        var view = await ViewAsync(db, move, cancellationToken);
        return move.IsOpen ? TypedResults.Accepted((string?)null, view) : move.State == MoveStates.Refused ? TypedResults.Conflict(view) : TypedResults.Ok(view);
    }

    private static (LegMove? Stop, LegMove? Take, string? Reason, string Text) Read(RestBody<ProtectionBody> body, string symbol)
    {
        var reason = body.Fields.Reason(required: false);
        var (stop, take) = (Leg(body, "stop_loss"), Leg(body, "take_profit"));
        if ((stop ?? take) is null && body.Faults.Count == 0)
        {
            body.Fields.Fail("stop_loss", "a price, or null to remove it; or take_profit so", "neither");
        }

        if (symbol.Length > LongestSymbol)
        {
            body.Fields.Fail("symbol", $"at most {LongestSymbol} characters", symbol);
        }

        return (stop, take, reason, body.Json.GetRawText());
    }

    /// <summary>Null where it is not named; a JSON null removes the leg.</summary>
    private static LegMove? Leg(RestBody<ProtectionBody> body, string name) =>
        !body.Json.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Null ? new LegMove(null)
        : body.Fields.Amount(name) is { } price ? new LegMove(price)
        : null;

    /// <summary>Who asked for what, before it is done.</summary>
    private static async Task AuditAsync(ExecutionDb db, GroupSteering steering, string? reason, string asked, CancellationToken cancellationToken)
    {
        var before = await StandsAsync(db, steering.GroupId, steering.Protect!.Symbol, cancellationToken);
        db.ControlAudit.Add(new ControlAudit
        {
            Scope = ControlWords.Group,
            ScopeId = steering.GroupId,
            Action = "protect",
            Actor = steering.RequestedBy,
            Reason = reason,
            Before = string.Join(", ", before!.Legs.Select(l => $"{l.Kind} {Rejections.Text(l.TriggerPrice)}")),
            After = $"{steering.Protect.Symbol} {StoredText.Of(asked)}",
            CreatedAt = steering.CreatedAt,
        });
        await db.SaveChangesAsync(cancellationToken);
    }

    private static async Task<ProtectionMoveView> ViewAsync(ExecutionDb db, ProtectionMove move, CancellationToken cancellationToken) => new(
        move.Id, move.State, move.ReasonCode, move.ReasonMessage, move.RequestedBy, move.CreatedAt, move.UpdatedAt,
        await StandsAsync(db, move.GroupId, move.Symbol, cancellationToken) ?? new(move.GroupId, move.AccountId, move.Symbol, 0m, false, []));

    private static async Task<StandingProtection?> StandsAsync(ExecutionDb db, Guid groupId, string symbol, CancellationToken cancellationToken)
    {
        if (await db.Bindings.AsNoTracking().Where(b => b.GroupId == groupId).Select(b => (Guid?)b.AccountId).SingleOrDefaultAsync(cancellationToken) is not { } account)
        {
            return null;
        }

        var held = await db.Positions
            .AsNoTracking().Where(p => p.AccountId == account && p.GroupId == groupId && p.Symbol == symbol).Select(p => p.Qty)
            .SingleOrDefaultAsync(cancellationToken);
        var here = await db.ProtectionLegs.AsNoTracking().Where(l => l.AccountId == account && l.GroupId == groupId && l.Symbol == symbol && l.Status == LegStatuses.Waiting)
            .OrderBy(l => l.Kind).ToListAsync(cancellationToken);
        var there = await db.DeskOrders.AsNoTracking()
            .Where(o => o.AccountId == account && o.GroupId == groupId && o.Symbol == symbol && (o.Leg == DeskLegs.StopLoss || o.Leg == DeskLegs.TakeProfit))
            .Where(DeskStates.AreOpen)
            .OrderBy(o => o.Leg).ThenBy(o => o.Seq).ToListAsync(cancellationToken);
        var moving = await db.ProtectionMoves.AnyAsync(
            m => m.AccountId == account && m.GroupId == groupId && m.Symbol == symbol && (m.State == "waiting" || m.State == "moving"), cancellationToken);
        return new(groupId, account, symbol, OrderAnnouncements.Plain(held), moving,
        [
            .. here.Select(l => new StandingLeg(l.Kind, OrderAnnouncements.Plain(l.TriggerPrice), OrderAnnouncements.Plain(l.Qty), LegStatuses.Waiting)),
            .. there.Select(o => new StandingLeg(
                o.Leg == DeskLegs.StopLoss ? LegKinds.StopLoss : LegKinds.TakeProfit, OrderAnnouncements.Plain(o.TriggerPrice ?? 0m), OrderAnnouncements.Plain(o.Qty),
                o.State == DeskStates.Working && o.CancelRequestedAt is null ? LegStatuses.Waiting : o.State)),
        ]);
    }
}
