using System.Text.Json.Serialization;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Faults;

public enum FaultKind
{
    /// <summary>The answer comes <see cref="Fault.Seconds"/> late; the request is dealt with at once.</summary>
    DelayAnswer,

    /// <summary>The request is dealt with <see cref="Fault.Seconds"/> late.</summary>
    DelayRequest,

    /// <summary>Dealt with, never answered.</summary>
    TimeoutAfter,

    /// <summary>Not dealt with, never answered.</summary>
    TimeoutBefore,

    /// <summary>Dealt with, then the connection is reset.</summary>
    ResetAfter,

    /// <summary>The connection is reset before anything was done.</summary>
    ResetBefore,

    /// <summary>Dealt with, then the venue's answer that says it does not know the outcome.</summary>
    ErrorAfter,

    /// <summary>Nothing was done, but the venue's answer does not say so.</summary>
    ErrorBefore,

    /// <summary>Nothing was done, and the venue's answer says so.</summary>
    BusyBefore,

    /// <summary>Dealt with, then answered as if the client id had been used before.</summary>
    DuplicateAnswer,

    /// <summary>Nothing was done; the venue's rate limit answer.</summary>
    RateLimit,

    /// <summary>Accepted, filled <see cref="Fault.Seconds"/> later.</summary>
    LateFill,

    /// <summary>Filled for <see cref="Fault.Fraction"/>; the rest <see cref="Fault.Seconds"/> later, or never when there are none.</summary>
    PartialFill,

    /// <summary>Acknowledged, rejected a moment later on the stream.</summary>
    RejectLater,

    /// <summary>A cancel meets an order that fills in that moment.</summary>
    FillOnCancel,

    /// <summary>The trigger price is met and no order comes of it.</summary>
    StuckTrigger,

    /// <summary>For <see cref="Fault.Seconds"/> after an order was accepted, queries do not find it.</summary>
    QueryLag,

    /// <summary>The streams that stand stay connected and say nothing, not even to a ping; new ones do.</summary>
    StreamSilence,

    /// <summary>A message of a stream is lost.</summary>
    StreamLoss,
}

/// <summary>What a request is, whatever the dialect calls it.</summary>
public enum Operation
{
    Public,
    Read,
    Settings,
    Place,
    Protect,
    Cancel,
    Stream,
}

/// <summary>
/// A fault that a test asked for. Without a venue or key it hits everybody, without operations those that place something (a
/// cancel for <see cref="FaultKind.FillOnCancel"/>), without a count it lasts until it is taken away.
/// </summary>
public sealed record Fault(FaultKind Kind)
{
    public string Id { get; init; } = "";

    public VenueKind? Venue { get; init; }

    public string? Key { get; init; }

    public IReadOnlyList<Operation>? On { get; init; }

    /// <summary>Only requests whose path contains this; for streams, only messages of this channel.</summary>
    public string? Path { get; init; }

    public double Probability { get; init; } = 1;

    public int? Count { get; init; }

    public int Seed { get; init; }

    public double Seconds { get; init; }

    public decimal Fraction { get; init; } = 0.5m;

    /// <summary>How often it has struck.</summary>
    public int Hits { get; init; }

    /// <summary>Timestamp of its coming.</summary>
    [JsonIgnore]
    public long Added { get; init; }

    [JsonIgnore]
    public TimeSpan Time => TimeSpan.FromSeconds(Seconds);
}
