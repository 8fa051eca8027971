using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What an account's desk works off, one after the other.</summary>
internal abstract record DeskMessage;

/// <summary>Time to look what is due.</summary>
internal sealed record Tick : DeskMessage
{
    public static Tick Now { get; } = new();
}

/// <summary>Something new is in the tables.</summary>
internal sealed record Woken : DeskMessage
{
    public static Woken Up { get; } = new();
}

/// <summary>The venue's answer to an order's request.</summary>
internal sealed record Posted(string ClientId, int Send, VenueReply<OrderAck> Reply) : DeskMessage;

/// <summary>The answer to a cancel.</summary>
internal sealed record CancelAnswered(string ClientId, VenueReply<OrderAck> Reply) : DeskMessage;

/// <summary>What was found of an order.</summary>
internal sealed record Looked(string ClientId, Look Look) : DeskMessage;

internal sealed record Prepared(string Symbol, decimal Leverage, VenueReply<Done> Reply) : DeskMessage;

internal sealed record Streamed(VenueEvent Event) : DeskMessage;

/// <summary>What the venue says the account has; null when it could not be read.</summary>
internal sealed record Snapshotted(VenueSnapshot? Snapshot, string? Why) : DeskMessage;

/// <summary>The venue heard that we are here.</summary>
internal sealed record Counted : DeskMessage
{
    public static Counted Done { get; } = new();
}

/// <summary>Fees that had no price may have one now.</summary>
internal sealed record FeesPriced : DeskMessage
{
    public static FeesPriced Now { get; } = new();
}

/// <summary>What would become of an order; nobody waits for it once the token says so.</summary>
internal sealed record Asked(DeskOrder Order, TradeDecision Decision, TaskCompletionSource<WouldBe?> Answer, CancellationToken Until) : DeskMessage;

/// <summary>Something beside the desk broke: it begins anew.</summary>
internal sealed record Broken(Exception Error) : DeskMessage;
