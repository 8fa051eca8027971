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
                await db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).ToDictionaryAsync(p => (p.GroupId, p.Symbol), p => p.Qty, desk.Stop)),
            desk.Stop);
        TakeBackIdle(open, (group, symbol) => held.GetValueOrDefault((group, symbol)), group => controls.Gate(group, account), now);
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
    /// <param name="held">A group's position, below 0 short.</param>
    public static void TakeBackIdle(OpenOrders open, Func<Guid, string, decimal> held, Func<Guid, Gate> gateOf, DateTimeOffset now)
    {
        foreach (var order in RestingIn(open).OrderBy(o => o.Seq))
        {
            var position = held(order.GroupId, order.Symbol);
            if (order.Row.Closes && order.Left > Math.Abs(position) - open.Closing(order.Row, before: true))
            {
                order.Cancel(now, ReasonCodes.PositionClosed);
            }
            else if (!order.Row.ByCommand && HeldBack(order, position, gateOf(order.GroupId), now) is { } why)
            {
                order.Cancel(now, why);
            }
        }
    }

    private static ReasonCode? HeldBack(OpenOrder order, decimal position, Gate gate, DateTimeOffset now) =>
        gate.State == TradingState.Halted ? ReasonCodes.RiskReducing
        : Reduces(order, position) ? null
        : gate.State == TradingState.Reducing ? ReasonCodes.RiskReducing
        : gate.Blackout(order.Decision?.GroupName ?? "", order.Symbol, now) is not null ? ReasonCodes.Blackout
        : null;

    private static List<OpenOrder> RestingIn(OpenOrders open) => [.. open.All.Where(o => o.Row.IsResting && o.Wish is null)];

    /// <summary>A way out: it cannot leave the group with more than it has. What is larger than the position by now cannot either where the venue only lets it reduce.</summary>
    private static bool Reduces(OpenOrder order, decimal position) => position * (order.Row.IsBuy ? 1m : -1m) < 0m
        && (order.Left <= Math.Abs(position) || order.Row.ReduceOnly || order.Row.PositionSide is not null);
}
