using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// One wish to take orders back, and what became of it. Its id is the steering's, for ever: what was delivered twice is done once and
/// told once.
/// </summary>
public sealed class OrderCancel
{
    public Guid Id { get; init; }

    public Guid GroupId { get; init; }

    public required string GroupName { get; init; }

    /// <summary>What its sender called the decision, or its event id; null for every order of the group.</summary>
    public string? DecisionKey { get; init; }

    /// <summary>The group's name, or the person who asked.</summary>
    public required string RequestedBy { get; init; }

    public string? RequestId { get; init; }

    public string? CorrelationId { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>One of <see cref="CancelOutcomes"/>.</summary>
    public required string Outcome { get; set; }

    /// <summary>Orders that are to be cancelled for it, exits that waited for a price included.</summary>
    public int Orders { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when a decision that was not seen yet is waited for.</summary>
    public DateTimeOffset? RememberedUntil { get; init; }

    public static OrderCancel Of(GroupSteering steering, string outcome, int orders = 0, DateTimeOffset? rememberedUntil = null) => new()
    {
        Id = steering.Id,
        GroupId = steering.GroupId,
        GroupName = StoredText.Of(steering.GroupName) ?? "",
        DecisionKey = StoredText.Of(steering.Cancel!.DecisionId),
        RequestedBy = StoredText.Of(steering.RequestedBy) ?? "",
        RequestId = StoredText.Of(steering.RequestId),
        CorrelationId = StoredText.Of(steering.CorrelationId),
        TraceParent = StoredText.Of(steering.TraceParent),
        Outcome = outcome,
        Orders = orders,
        CreatedAt = ControlStore.Micros(steering.CreatedAt),
        RememberedUntil = rememberedUntil,
    };

    /// <summary>
    /// The decisions of the group that a key may mean: the one whose id was made of it, and the one whose id it is. Which of them there is,
    /// the tables know; of another group there is none.
    /// </summary>
    public static Guid[] DecisionsOf(Guid groupId, string key) =>
        Guid.TryParse(key, out var id) ? [NameBasedGuid.Create(groupId, key), id] : [NameBasedGuid.Create(groupId, key)];
}

public static class CancelOutcomes
{
    /// <summary>The decision was not seen yet; should it come, it ends.</summary>
    public const string Remembered = "remembered";

    /// <summary>Orders are to be cancelled, wherever their desks run; each tells of its own end.</summary>
    public const string Requested = "requested";

    /// <summary>The decision came and found its end.</summary>
    public const string Ended = "ended";

    /// <summary>There was nothing to take back.</summary>
    public const string Nothing = "nothing";

    /// <summary>A superseded session asked.</summary>
    public const string Refused = "refused";

    public static readonly string[] All = [Remembered, Requested, Ended, Nothing, Refused];
}

/// <summary>
/// A decision that is to end when it comes; <see cref="DecisionId"/> is empty for every one that would rest and was accepted until
/// <see cref="AcceptedUntil"/>.
/// </summary>
public sealed class RememberedCancel
{
    public Guid GroupId { get; init; }

    public Guid DecisionId { get; init; }

    public DateTimeOffset AcceptedUntil { get; set; }

    /// <summary>It is forgotten some time after this.</summary>
    public DateTimeOffset Until { get; set; }

    /// <summary>What is only recorded is no order that could be taken back.</summary>
    public static bool IsEnded(TradeDecision decision) => decision.Action != TradeAction.NoTrade;

    /// <summary>Orders that wait for their price; a market order of before may fill.</summary>
    public static bool Rests(TradeDecision decision) => DecisionCheck.IsLimit(decision);

    /// <summary>It is meant by this one. The statement that looks for it when decisions are saved says the same.</summary>
    public bool Ends(TradeDecision decision) => decision.GroupId == GroupId
        && (DecisionId == decision.Id || (DecisionId == Guid.Empty && Rests(decision) && ControlStore.Micros(decision.CreatedAt) <= AcceptedUntil));
}
