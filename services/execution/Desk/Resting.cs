using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Limit orders in the venue's book. They hold up no other order, and go when their time is over, when what they were to close is closed,
/// when their group closes its position, and when it may take no new risk, as while a blackout is on.
/// </summary>
internal sealed class Resting(DeskContext desk, OpenOrders open)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private DateTimeOffset _due;

    public async Task BeatAsync(DateTimeOffset now)
    {
        var resting = RestingIn(open);
        TakeBackExpired(resting, now);
        if (resting.Count == 0 || _due > now)
        {
            return;
        }

        _due = now + Period;
        var account = desk.AccountId;
        var (controls, held) = await desk.Store.ReadAsync(
            async db => (
                await ControlStore.ReadAsync(db, desk.Parts.Options, desk.Stop),
                await db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).ToDictionaryAsync(p => (Group: p.GroupId, p.Symbol), p => p.Qty, desk.Stop)),
            desk.Stop);
        TakeBackIdle(open, held, group => controls.Gate(group, account), now);
    }

    /// <summary>Those whose time is over.</summary>
    public static void TakeBackExpired(IEnumerable<OpenOrder> resting, DateTimeOffset now)
    {
        foreach (var order in resting.Where(o => o.Row.ExpiresAt <= now))
        {
            order.Cancel(now, ReasonCodes.Expired);
        }
    }

    /// <summary>Those that have nothing to close any more, and those that their group's state, or a blackout, does not let open.</summary>
    /// <param name="held">Positions of the groups on the account, below 0 short.</param>
    public static void TakeBackIdle(OpenOrders open, IReadOnlyDictionary<(Guid Group, string Symbol), decimal> held, Func<Guid, Gate> gateOf, DateTimeOffset now)
    {
        foreach (var order in RestingIn(open).OrderBy(o => o.Seq))
        {
            if (order.Row.Closes && order.Left > Math.Abs(PositionOf(order, held)) - open.Closing(order.Row, before: true))
            {
                order.Cancel(now, ReasonCodes.PositionClosed);
            }
            else if (!order.Row.ByCommand && HeldBack(order, open, held, gateOf(order.GroupId), now) is { } why)
            {
                order.Cancel(now, why);
            }
        }
    }

    private static ReasonCode? HeldBack(
        OpenOrder order, OpenOrders open, IReadOnlyDictionary<(Guid Group, string Symbol), decimal> held, Gate gate, DateTimeOffset now) =>
        gate.State == TradingState.Halted ? ReasonCodes.RiskReducing
        : Reduces(order, open, held) ? null
        : gate.State == TradingState.Reducing ? ReasonCodes.RiskReducing
        : gate.Blackout(order.Decision?.GroupName ?? "", order.Symbol, now) is not null ? ReasonCodes.Blackout
        : null;

    private static List<OpenOrder> RestingIn(OpenOrders open) => [.. open.All.Where(o => o.Row.IsResting && o.Wish is null)];

    private static decimal PositionOf(OpenOrder order, IReadOnlyDictionary<(Guid Group, string Symbol), decimal> held) => held.GetValueOrDefault((order.GroupId, order.Symbol));

    /// <summary>A way out: filled with all the other ways out that stay it cannot turn the group's position, nor open another beside it.</summary>
    private static bool Reduces(OpenOrder order, OpenOrders open, IReadOnlyDictionary<(Guid Group, string Symbol), decimal> held)
    {
        var position = PositionOf(order, held);
        if (!IsAgainst(order, position))
        {
            return false;
        }

        var others = RestingIn(open)
            .Where(o => o.ClientId != order.ClientId && o.GroupId == order.GroupId && o.Symbol == order.Symbol && IsAgainst(o, position) && (o.Seq < order.Seq || IsCapped(o, held)));
        return IsCapped(order, held) || order.Left + others.Sum(o => o.Left) <= Math.Abs(position);
    }

    /// <summary>It goes against the position: in hedge mode it takes from it, and opens no other side.</summary>
    private static bool IsAgainst(OpenOrder order, decimal position) => position * (order.Row.IsBuy ? 1m : -1m) < 0m
        && (order.Row.PositionSide is not { } side || side == (position > 0m ? PositionWords.Long : PositionWords.Short));

    /// <summary>The venue fills no more of it than the group holds: it may only reduce, and what it may reduce is the group's alone.</summary>
    private static bool IsCapped(OpenOrder order, IReadOnlyDictionary<(Guid Group, string Symbol), decimal> held)
    {
        var position = PositionOf(order, held);
        var others = held.Where(h => h.Key.Symbol == order.Symbol && h.Key.Group != order.GroupId).Select(h => h.Value);
        return order.Row.PositionSide is not null ? !others.Any(o => o * position > 0m) : order.Row.ReduceOnly && others.Sum() == 0m;
    }
}
