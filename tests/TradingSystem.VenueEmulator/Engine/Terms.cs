namespace TradingSystem.VenueEmulator.Engine;

public enum Side
{
    Buy,
    Sell,
}

/// <summary>Net is the only one of a one-way account.</summary>
public enum PositionSide
{
    Net,
    Long,
    Short,
}

public enum OrderKind
{
    Market,
    Limit,
}

public enum OrderState
{
    New,
    PartiallyFilled,
    Filled,
    Canceled,
    Expired,
    Rejected,
}

public enum AlgoState
{
    Waiting,

    /// <summary>Seen on the demo venue: the price was there, no order came of it.</summary>
    Triggering,
    Triggered,
    Finished,
    Canceled,
    Rejected,
}

public enum LegKind
{
    Trigger,
    StopLoss,
    TakeProfit,
}

public enum Permission
{
    Trade,
    Read,

    /// <summary>The key was deleted.</summary>
    None,
}

/// <summary>Where an order came from; the venues show it in their own ways.</summary>
public enum Origin
{
    Api,
    Algo,

    /// <summary>A person in the venue's app.</summary>
    Manual,
}

/// <summary>Why the venue said no; each dialect has its code for it.</summary>
public enum Reason
{
    UnknownSymbol,
    QtyStep,
    QtyTooSmall,
    QtyTooLarge,
    NotionalTooSmall,
    PriceTick,
    PriceBand,
    Margin,
    NothingToReduce,
    ReduceWrongSide,
    PositionSideMismatch,
    DuplicateClientId,
    WouldTriggerNow,
    NotFound,
    AlreadyEnded,
    TooManyOrders,
    TooManyAlgos,
    Leverage,
    OpenOrders,
    OpenPosition,
    Unchanged,
}

/// <summary>A refusal and what it is about, for the message.</summary>
public sealed record Refusal(Reason Reason, string Detail = "");

/// <summary>Either a value or why there is none.</summary>
public readonly record struct Outcome<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(null, refusal);
}
