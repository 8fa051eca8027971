namespace TradingSystem.Contracts.Bus;

/// <summary>What groups ask of their own orders and protection, in the order of its acceptance.</summary>
public sealed record GroupSteerings(IReadOnlyList<GroupSteering> Items);

/// <summary>
/// One <c>cancel</c> or <c>protect</c>; exactly one of <c>Cancel</c> and <c>Protect</c> is there. <c>Id</c> is the one its sender was
/// answered with, and new for every acceptance. <c>RequestedBy</c> is the group's name, or the person who asked. <c>TokenId</c> and
/// <c>Epoch</c> are the session's, as a decision has them; execution refuses an epoch that is lower than it has seen of the token.
/// </summary>
public sealed record GroupSteering(
    Guid Id,
    Guid GroupId,
    string GroupName,
    string RequestedBy,
    CancelOrders? Cancel,
    MoveProtection? Protect,
    string? RequestId,
    string? CorrelationId,
    DateTimeOffset CreatedAt,
    string? TraceParent,
    Guid? TokenId = null,
    long Epoch = 0);

/// <summary>
/// Takes back what rests of a decision, by what its sender called it or by its event id; null takes back every order of the group that
/// was accepted before and is not done, never protection.
/// </summary>
public sealed record CancelOrders(string? DecisionId);

/// <summary>Moves the legs of the group's position in the symbol; a leg that is null stays as it is.</summary>
public sealed record MoveProtection(string Symbol, LegMove? StopLoss, LegMove? TakeProfit);

/// <summary><c>Price</c> in quote currency per base unit; null removes the leg.</summary>
public sealed record LegMove(decimal? Price);
