using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Legs;

/// <summary>
/// One wish to move, set or remove legs of a group's position, and what became of it. Its id is the steering's, for ever: what was
/// delivered twice is done once. Prices in quote currency.
/// </summary>
public sealed class ProtectionMove
{
    public Guid Id { get; init; }

    public long Seq { get; init; }

    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public required string GroupName { get; init; }

    public required string Symbol { get; init; }

    /// <summary>The account's: simulated, sandbox or live.</summary>
    public required string Mode { get; init; }

    /// <summary>The stop-loss is meant; else it stays as it is.</summary>
    public bool MovesStop { get; init; }

    /// <summary>Where it is to be, null to remove it.</summary>
    public decimal? StopLoss { get; init; }

    public bool MovesTake { get; init; }

    public decimal? TakeProfit { get; init; }

    /// <summary>Where the legs were when a desk began, which is what they go back to when the venue refuses.</summary>
    public decimal? StopBefore { get; set; }

    public decimal? TakeBefore { get; set; }

    /// <summary>All legs had been removed before it began.</summary>
    public bool WasRemoved { get; set; }

    public required string RequestedBy { get; init; }

    public string? RequestId { get; init; }

    public string? CorrelationId { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>One of <see cref="MoveStates"/>.</summary>
    public required string State { get; set; }

    public string? ReasonCode { get; set; }

    public string? ReasonMessage { get; set; }

    /// <summary>The update that tells of its end as JSON, null until then.</summary>
    public string? Told { get; set; }

    /// <summary>When that was announced, or given to the updates of the account's desk; null while nobody may have heard.</summary>
    public DateTimeOffset? AnnouncedAt { get; set; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a desk began with it.</summary>
    public DateTimeOffset? BegunAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public bool IsOpen => State is MoveStates.Waiting or MoveStates.Moving;

    public MoveProtection Asked => new(Symbol, MovesStop ? new(StopLoss) : null, MovesTake ? new(TakeProfit) : null);

    public static ProtectionMove Of(GroupSteering steering, Account account, DateTimeOffset now)
    {
        var asked = steering.Protect!;
        return new()
        {
            Id = steering.Id,
            AccountId = account.Id,
            GroupId = steering.GroupId,
            GroupName = StoredText.Of(steering.GroupName) ?? "",
            Symbol = StoredText.Of(asked.Symbol) ?? "",
            Mode = account.Mode,
            MovesStop = asked.StopLoss is not null,
            StopLoss = Storable(asked.StopLoss),
            MovesTake = asked.TakeProfit is not null,
            TakeProfit = Storable(asked.TakeProfit),
            RequestedBy = StoredText.Of(steering.RequestedBy) ?? "",
            RequestId = StoredText.Of(steering.RequestId),
            CorrelationId = StoredText.Of(steering.CorrelationId),
            TraceParent = StoredText.Of(steering.TraceParent),
            State = MoveStates.Waiting,
            CreatedAt = steering.CreatedAt.ToUniversalTime(),
            UpdatedAt = now,
        };
    }

    /// <summary>A decision of the same group, session and symbol: books and fences are looked up by it.</summary>
    public static TradeDecision StandIn(GroupSteering steering) =>
        ClosingDecision.Of(steering.Id, steering.GroupId, steering.GroupName, steering.Protect!.Symbol, steering.RequestedBy, "protect", steering.CreatedAt) with
        {
            CorrelationId = steering.CorrelationId,
            TraceParent = steering.TraceParent,
            TokenId = steering.TokenId,
            Epoch = steering.Epoch,
        };

    /// <summary>Nothing of it stands, and what stood before does.</summary>
    public OrderUpdate Refuse(RejectionReason reason, DateTimeOffset now) => End(MoveStates.Refused, OrderStatus.Rejected, 0m, reason, now);

    /// <summary>The position went while it was on its way.</summary>
    public OrderUpdate Drop(RejectionReason reason, DateTimeOffset now) => End(MoveStates.Refused, OrderStatus.Canceled, 0m, reason, now);

    /// <summary>It stands as asked for.</summary>
    /// <param name="held">What the legs cover, below 0 short.</param>
    /// <param name="isProtected">A leg is left.</param>
    public OrderUpdate Finish(decimal held, bool isProtected, DateTimeOffset now) =>
        End(MoveStates.Done, isProtected ? OrderStatus.Protected : OrderStatus.Canceled, held, isProtected ? null : MoveReasons.Removed(Symbol), now);

    private OrderUpdate End(string state, string status, decimal held, RejectionReason? reason, DateTimeOffset now)
    {
        (State, UpdatedAt, ReasonCode, ReasonMessage) = (state, now, reason?.Code.Word, StoredText.Of(reason?.Message));
        // An order of its own that never trades: the entry's own updates go on under the entry's decision.
        var order = OrderIds.Order(Id);
        var update = new OrderUpdate
        {
            Id = OrderIds.Update(order, status),
            OrderId = order,
            DecisionId = Id,
            GroupId = GroupId,
            GroupName = GroupName,
            AccountId = AccountId,
            Mode = Mode,
            Status = status,
            Terminal = true,
            Symbol = Symbol,
            Side = held == 0m ? null : SideWords.Of(held < 0m),
            Qty = OrderAnnouncements.Plain(Math.Abs(held)),
            Reason = reason,
            CorrelationId = CorrelationId ?? RequestId,
            CreatedAt = now,
            TraceParent = TraceParent,
        };
        Told = StoredText.Of(DeskJson.Write(update));
        return update;
    }

    /// <summary>What the column does not hold is refused for it and not kept.</summary>
    private static decimal? Storable(LegMove? leg) => leg?.Price is { } price && Math.Abs(price) <= DecisionCheck.LargestNumber ? price : null;
}

public static class MoveStates
{
    /// <summary>Its account's desk has not begun with it.</summary>
    public const string Waiting = "waiting";

    /// <summary>The position is to have the new legs; at the venue it may have the old ones, the new ones or both.</summary>
    public const string Moving = "moving";
    public const string Done = "done";
    public const string Refused = "refused";

    public static readonly string[] All = [Waiting, Moving, Done, Refused];
}

/// <summary>Why a move was not done, or left nothing.</summary>
public static class MoveReasons
{
    public static RejectionReason NoPosition(string symbol) => new(ReasonCodes.NoPosition, null, "0", null, $"There is no position in {symbol} to protect.");

    public static RejectionReason Nothing { get; } = new(ReasonCodes.NothingToMove, null, null, null, "Neither stop_loss nor take_profit was named.");

    public static RejectionReason Superseded { get; } = new(
        ReasonCodes.Superseded, null, null, null, "Something newer decided about this protection first; it stays as that left it.");

    public static RejectionReason PositionClosed { get; } = new(ReasonCodes.PositionClosed, null, null, null, "The position was closed before the move was done.");

    public static RejectionReason NotTaken(TimeSpan waited) => new(
        ReasonCodes.VenueUnreachable, waited.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture), null, null, "The venue did not say that the new legs stand; the position keeps the ones that it had.");

    /// <summary>The venue's word for a leg that the price has reached already.</summary>
    public static RejectionReason WrongSide(string kind, decimal? trigger, string? message) => new(
        kind == LegKinds.StopLoss ? ReasonCodes.StopLossWrongSide : ReasonCodes.TakeProfitWrongSide, null, trigger is { } price ? Rejections.Text(price) : null, null,
        string.IsNullOrEmpty(message) ? $"The price has reached a {kind} there already." : message);

    public static RejectionReason Removed(string symbol) =>
        new(ReasonCodes.ProtectionRemoved, null, null, null, $"The position in {symbol} has no stop-loss and no take-profit any more, as asked for.");
}
