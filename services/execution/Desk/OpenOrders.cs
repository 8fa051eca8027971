using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// The account's orders that are not done, and what can be asked about them without asking anybody else. Quantities are in the base asset.
/// </summary>
internal sealed class OpenOrders
{
    private readonly Dictionary<string, OpenOrder> _orders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _busy = new(StringComparer.Ordinal);

    /// <summary>In no order.</summary>
    public IReadOnlyCollection<OpenOrder> All => _orders.Values;

    public OpenOrder? Get(string clientId) => _orders.GetValueOrDefault(clientId);

    /// <summary>By our id, else by one of the venue's.</summary>
    public OpenOrder? Find(string? clientId, string venueId) =>
        (clientId is null ? null : Get(clientId)) ?? All.FirstOrDefault(o => o.Row.VenueOrderId == venueId || o.Row.TriggeredOrderId == venueId);

    public void Add(DeskOrder row) => _orders[row.ClientId] = new(row);

    /// <summary>Takes over what the table says: a wish of somebody else, or an order that nobody has begun with, which is returned.</summary>
    public OpenOrder? Adopt(DeskOrder row)
    {
        if (Get(row.ClientId) is { } held)
        {
            held.Hear(row);
            return null;
        }

        if (row.State != DeskStates.Pending)
        {
            return null;
        }

        Add(row);
        return _orders[row.ClientId];
    }

    /// <summary>
    /// What was just saved takes the place of what was known; one that is done goes, and what waited for its symbol is due.
    /// </summary>
    /// <param name="decision">What the row's text says, where that is known.</param>
    public void Take(DeskOrder row, DateTimeOffset now, TradeDecision? decision = null)
    {
        if (row.IsOpen)
        {
            _orders[row.ClientId] = new(row, Get(row.ClientId), decision);
            return;
        }

        _orders.Remove(row.ClientId);
        foreach (var next in All.Where(o => o.State == DeskStates.Pending && o.Symbol == row.Symbol && o.CheckAt > now))
        {
            next.LookAt(now);
        }
    }

    /// <summary>A request of it is under way; until it is answered nothing else is done with it.</summary>
    public void Begin(string clientId) => _busy.Add(clientId);

    public void Answered(string clientId) => _busy.Remove(clientId);

    /// <summary>Those to look at now, in the order in which they came.</summary>
    public List<OpenOrder> Due(DateTimeOffset now) => [.. All.Where(o => o.CheckAt <= now && !_busy.Contains(o.ClientId)).OrderBy(o => o.Seq)];

    /// <summary>
    /// Orders in the symbol that are about to change the position. An outcome that a person must look for holds up no exit that can only
    /// reduce; see <see cref="OrderShape"/>.
    /// </summary>
    public List<OpenOrder> Ahead(DeskOrder order) =>
        [.. All.Where(o => o.ClientId != order.ClientId && o.Row.IsInFlight && o.Symbol == order.Symbol && !(order.Closes && o.State == DeskStates.Held))];

    /// <summary>Another order in the symbol came first.</summary>
    public bool IsBehind(DeskOrder order) => All.Any(o => o.State == DeskStates.Pending && o.Symbol == order.Symbol && o.Seq < order.Seq && !o.Row.IsProtection);

    /// <summary>An order in the symbol, of whose outcome nothing is known.</summary>
    public OpenOrder? UncertainIn(string symbol) => All.FirstOrDefault(o => o.Row is { IsInFlight: true, IsUncertain: true } && o.Symbol == symbol);

    /// <summary>An order in the symbol that a person must look for: should it have been filled, the position is another one.</summary>
    public OpenOrder? LostIn(string symbol) => All.FirstOrDefault(o => o.State == DeskStates.Held && o.Symbol == symbol && !o.Row.IsProtection);

    /// <summary>Something is about to change the position of the symbol.</summary>
    public bool IsInFlight(string symbol) => All.Any(o => o.Row.IsInFlight && o.Symbol == symbol);

    /// <summary>Orders that are out count as if they were filled.</summary>
    /// <param name="markOf">A symbol's price, null where none is known.</param>
    public List<Exposure> Reserved(string except, Func<string, decimal?> markOf) =>
    [
        .. from o in All.Select(o => o.Row)
           where o.IsOut && !o.IsProtection && !o.ReduceOnly && o.ClientId != except && o.Qty > o.Filled
           let mark = o.Price ?? markOf(o.Symbol) ?? 0m
           select new Exposure(o.Symbol, (o.IsBuy ? 1m : -1m) * (o.Qty - o.Filled), mark, o.Leverage, mark, Own: false),
    ];

    /// <summary>Orders of the group that the venue has or may have, protection aside.</summary>
    public int CountOut(Guid groupId) => All.Count(o => o.GroupId == groupId && o.Row is { IsOut: true, IsProtection: false });

    /// <summary>What the group's other closing orders in the symbol still have to fill.</summary>
    /// <param name="before">Only those that came before it.</param>
    public decimal Closing(DeskOrder order, bool before) => All
        .Where(o => IsClosingFor(o, order) && (!before || o.Seq < order.Seq))
        .Sum(o => o.Left);

    /// <summary>A closing decision may only take what no other order closes already; null where nothing is left of it.</summary>
    /// <param name="held">The group's position, below 0 short.</param>
    public TradeDecision? Remaining(DeskOrder order, TradeDecision decision, decimal held)
    {
        // One that a person must look for is not counted on: what goes out beside it can only reduce.
        var closing = decision.Action == TradeAction.Close
            ? Closing(order, before: false) - All.Where(o => IsClosingFor(o, order) && o.State == DeskStates.Held).Sum(o => o.Left)
            : 0m;
        var left = Math.Abs(held) - closing;
        return closing == 0m || held == 0m ? decision
            : left <= 0m ? null
            : decision.Qty == 0m || decision.Qty > left ? decision with { Qty = left }
            : decision;
    }

    /// <summary>A leverage other than the order's, with which another one is out: the venue has one a symbol.</summary>
    public decimal? OtherLeverage(DeskOrder order) => All.FirstOrDefault(o =>
        o.Row is { IsOut: true, Leg: DeskLegs.Entry, Closes: false, ReduceOnly: false } && o.Symbol == order.Symbol && o.ClientId != order.ClientId && o.Row.Leverage != order.Leverage)?.Row.Leverage;

    /// <summary>Legs of a group's position.</summary>
    public List<OpenOrder> Legs(Guid groupId, string symbol) => [.. All.Where(o => o.Row.IsProtection && o.GroupId == groupId && o.Symbol == symbol)];

    /// <summary>An order to close a position that could not be protected.</summary>
    public bool HasWayOut(Guid groupId, string symbol) => All.Any(o => o.Leg == DeskLegs.Flatten && o.GroupId == groupId && o.Symbol == symbol);

    /// <summary>A leg or the way out is on its way.</summary>
    public bool IsClosing(ProtectionMove move) => All.Any(
        o => o.GroupId == move.GroupId && o.Symbol == move.Symbol && (o.Leg == DeskLegs.Flatten || (o.Row is { IsProtection: true, State: DeskStates.Working } && !o.Guards)));

    /// <summary>
    /// The outcome of an order that may have made the fill is not known yet. One that a person must look for, which may take days, holds up no
    /// booking.
    /// </summary>
    public bool MayHaveMade(VenueFill fill) => All.Any(o =>
        o.Row is { State: DeskStates.Sending or DeskStates.Unknown, VenueOrderId: null } && o.Symbol == fill.Symbol && o.Row.IsBuy == (fill.Side == OrderSide.Buy));

    /// <summary>What a row's decision says: the one that was read already where its text is the same.</summary>
    public TradeDecision? DecisionOf(DeskOrder row) =>
        Get(row.ClientId) is { } held && held.Row.Decision == row.Decision ? held.Decision : row.Decision is { } text ? DeskJson.ReadDecision(text) : null;

    /// <summary>The decision that asks for protection, so that its order does not end when it is filled; null where none does.</summary>
    public TradeDecision? Protecting(DeskOrder row) => row.Leg == DeskLegs.Entry && DecisionOf(row) is { } decision && IsProtecting(decision) ? decision : null;

    public bool IsProtected(DeskOrder row) => Protecting(row) is not null;

    public static bool IsProtecting(TradeDecision decision) =>
        decision.Action is TradeAction.Long or TradeAction.Short && (decision.StopLoss ?? decision.TakeProfit) is not null;

    private static bool IsClosingFor(OpenOrder other, DeskOrder order) =>
        other.ClientId != order.ClientId && other.Row is { Closes: true, IsOut: true } && other.Wish is null && other.GroupId == order.GroupId && other.Symbol == order.Symbol;
}
