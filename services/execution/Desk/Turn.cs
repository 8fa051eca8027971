using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>What an order that nobody has sent yet does now.</summary>
internal abstract record Turn
{
    /// <summary>It is sized and checked on the books as they are, and leaves if they let it.</summary>
    public sealed record Leave : Turn;

    /// <summary>It leaves when the venue has its leverage.</summary>
    public sealed record NeedLeverage : Turn;

    /// <summary>It is looked at again when its turn may have come.</summary>
    public sealed record Hold : Turn;

    /// <summary>An exit that cannot leave yet. It is not refused for it, and after a moment it is told what for.</summary>
    public sealed record Wait(RejectionReason Why) : Turn;

    /// <summary>What the group has in the book would open again what this closes, so that goes first.</summary>
    public sealed record TakeBack(IReadOnlyList<OpenOrder> Resting) : Turn;

    /// <summary>Nothing of it is sent.</summary>
    public sealed record Refuse(RejectionReason Why) : Turn;
}

/// <summary>
/// Whose turn it is to leave. Pure. Always so: nothing leaves before the account was compared with the venue; nothing that may open leaves while
/// the outcome of an order in its symbol is unknown, or before one that came first; what is too old is refused and never sent, but a closing
/// order has no age of its own.
/// </summary>
/// <param name="isPriced">The symbol has a price where one is needed for a fill.</param>
internal sealed class Turns(OpenOrders open, VenueListing listing, SetLeverages leverages, DeskTerms terms, Func<string, bool> isPriced)
{
    // A closing order goes out in any case: a cancel that gets no answer must not keep a position open.
    private static readonly TimeSpan TakeBackPatience = TimeSpan.FromSeconds(3);

    public Turn Next(OpenOrder order, TradeDecision decision, DateTimeOffset now)
    {
        var (row, isReady, isListed, isStale) = (order.Row, listing.IsReady, listing.Find(order.Symbol) is not null, IsStale(order.Row, decision, now));
        if (order.Wish is not null)
        {
            // The check says what its refusal is to be told as.
            return isListed ? new Turn.Leave() : new Turn.Refuse(OrderChanges.Cancelled);
        }

        if (TakesBack(row, decision) && now - row.CreatedAt <= TakeBackPatience && InTheWay(row) is { Count: > 0 } resting)
        {
            return new Turn.TakeBack(resting);
        }

        var ahead = open.Ahead(row);
        if (row.Closes && !isStale && WaitsFor(row, ahead) is { } why)
        {
            return new Turn.Wait(why);
        }

        var uncertain = row.Closes ? null : ahead.Find(o => o.Row.IsUncertain);
        if (uncertain is null && !isStale && (ahead.Count > 0 || !isReady || open.IsBehind(row)))
        {
            return new Turn.Hold();
        }

        var refused = uncertain is not null ? Refusals.OutcomeUnknown(uncertain.Row)
            : !isStale ? null
            : !isReady ? Refusals.VenueUnreachable(terms.MaxDecisionAge)
            : ahead.Count > 0 ? Refusals.Busy
            : null;
        if (refused is null && isReady && !isListed)
        {
            refused = listing.NotTraded(order.Symbol);
        }

        return refused is not null ? new Turn.Refuse(refused)
            : decision.Action != TradeAction.Close && isReady && !isStale && !leverages.Is(order.Symbol, decision.Leverage) ? new Turn.NeedLeverage()
            : new Turn.Leave();
    }

    /// <summary>It closes all of the group's position, so that nothing of the group may open it again.</summary>
    public static bool TakesBack(DeskOrder order, TradeDecision decision) => decision is { Action: TradeAction.Close, Qty: 0m } && order.Type != DeskTypes.Limit;

    /// <summary>The decision may still be acted upon. An exit is old only when its sender says so.</summary>
    public bool IsYoung(DeskOrder order, TradeDecision decision, DateTimeOffset now) =>
        (order.Closes || now - decision.CreatedAt <= terms.MaxDecisionAge) && (decision.ValidUntil is not { } until || now <= until);

    private bool IsStale(DeskOrder order, TradeDecision decision, DateTimeOffset now) =>
        (!order.Closes && now - decision.CreatedAt > terms.MaxDecisionAge) || (!order.ByCommand && decision.ValidUntil is { } until && now > until);

    private List<OpenOrder> InTheWay(DeskOrder order) =>
        [.. open.All.Where(o => o.Row is { IsResting: true, ByCommand: false } && o.GroupId == order.GroupId && o.Symbol == order.Symbol)];

    /// <summary>Null where nothing but its turn is waited for.</summary>
    private RejectionReason? WaitsFor(DeskOrder order, List<OpenOrder> ahead) =>
        !listing.IsReady ? Refusals.WaitingForVenue(listing.Venue)
        : ahead.Find(o => o.Row.IsUncertain) is { } uncertain ? Refusals.WaitingForOutcome(uncertain.Row)
        : !isPriced(order.Symbol) ? Refusals.WaitingForPrice(order.Symbol)
        : null;
}
