using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;

namespace TradingSystem.Execution.Orders;

/// <summary>
/// One order for a venue, from its intent to its end. Quantities are in the base asset, prices and fees in quote currency. The client
/// id is given once, for ever: venues forget theirs.
/// </summary>
public sealed class DeskOrder
{
    /// <summary>26 base32 characters of the decision's hash and a letter for the leg; protection has a counter behind it.</summary>
    public required string ClientId { get; init; }

    public long Seq { get; init; }

    /// <summary>The order whose updates tell of it.</summary>
    public Guid OrderId { get; init; }

    public Guid DecisionId { get; init; }

    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    /// <summary>One of <see cref="DeskLegs"/>.</summary>
    public required string Leg { get; init; }

    public required string Symbol { get; init; }

    /// <summary>BUY or SELL; null until it is sized.</summary>
    public string? Side { get; set; }

    /// <summary>LONG or SHORT in hedge mode, null in one-way mode.</summary>
    public string? PositionSide { get; set; }

    /// <summary>0 until it is sized.</summary>
    public decimal Qty { get; set; }

    /// <summary>One of <see cref="DeskTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Of a limit order, on the venue's grid; null until it is sized.</summary>
    public decimal? Price { get; set; }

    /// <summary>When a limit order that rests is to go, null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Its decision is to close, so without a position it has nothing to do.</summary>
    public bool Closes { get; init; }

    /// <summary>Of protection.</summary>
    public decimal? TriggerPrice { get; init; }

    public decimal Leverage { get; init; }

    public bool ReduceOnly { get; set; }

    /// <summary>A person's closing order, which no halt holds back.</summary>
    public bool ByCommand { get; init; }

    /// <summary>
    /// The decision as it is checked when the order leaves, and from then on with the protection prices that were checked; null for what no
    /// decision asked for by itself.
    /// </summary>
    public string? Decision { get; set; }

    /// <summary>One of <see cref="DeskStates"/>.</summary>
    public required string State { get; set; }

    public string? VenueOrderId { get; set; }

    /// <summary>The venue's id of the order that a trigger made.</summary>
    public string? TriggeredOrderId { get; set; }

    public decimal Filled { get; set; }

    /// <summary>Sum of quantity × price of its fills, in quote currency.</summary>
    public decimal FilledValue { get; set; }

    /// <summary>Of its fills, weighted by their quantities; null before the first.</summary>
    public decimal? AvgPrice { get; set; }

    public decimal Fee { get; set; }

    /// <summary>Before fees.</summary>
    public decimal RealizedPnl { get; set; }

    /// <summary>Requests that were made of it. More than one only after each before was certainly not taken.</summary>
    public int Sends { get; set; }

    /// <summary>When the last request was about to leave.</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>From here on no request of it can leave any more; what the venue does not know some time later, it never had.</summary>
    public DateTimeOffset? UnknownAt { get; set; }

    /// <summary>When to look at it next.</summary>
    public DateTimeOffset CheckAt { get; set; }

    /// <summary>Looks since the outcome became unknown, or since the venue has it.</summary>
    public int Checks { get; set; }

    /// <summary>Somebody wants it gone.</summary>
    public DateTimeOffset? CancelRequestedAt { get; set; }

    /// <summary>Why, as a code of <see cref="Refusals"/>; null when a person or a command asked.</summary>
    public string? CancelReason { get; set; }

    /// <summary>Updates that were told of it.</summary>
    public int Steps { get; set; }

    public string? ReasonCode { get; set; }

    public string? ReasonValue { get; set; }

    public string? ReasonMessage { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public bool IsOpen => DeskStates.IsOpen(State);

    /// <summary>The venue has it or may have it.</summary>
    public bool IsOut => State is DeskStates.Sending or DeskStates.Working or DeskStates.Unknown or DeskStates.Held;

    /// <summary>
    /// In the venue's book, where it may be for days and holds up nobody: a limit order, or a market order of which a part is filled because
    /// there is less to take than it asks for.
    /// </summary>
    public bool IsResting => State == DeskStates.Working && (Type == DeskTypes.Limit || (Leg == DeskLegs.Entry && Filled > 0m));

    /// <summary>An order in or out that is about to change the position.</summary>
    public bool IsInFlight => IsOut && !IsProtection && !IsResting;

    public bool IsUncertain => State is DeskStates.Unknown or DeskStates.Held;

    public bool IsProtection => Leg is DeskLegs.StopLoss or DeskLegs.TakeProfit;

    public bool IsBuy => Side == SideWords.Buy;

    public void Because(RejectionReason reason) => (ReasonCode, ReasonValue, ReasonMessage) = (reason.Code.Word, reason.Value, reason.Message);
}
