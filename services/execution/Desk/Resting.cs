using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Limit orders in the venue's book. They hold up no other order, and go when their time is over, when what they were to close is closed,
/// when their group closes its position, and when it may take no new risk.
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
        TakeBackIdle(open, (group, symbol) => held.GetValueOrDefault((group, symbol)), group => controls.Gate(group, account).State, now);
    }

    /// <summary>Those whose time is over.</summary>
    public static void TakeBackExpired(IEnumerable<OpenOrder> resting, DateTimeOffset now)
    {
        foreach (var order in resting.Where(o => o.Row.ExpiresAt <= now))
        {
            order.Cancel(now, ReasonCodes.Expired);
        }
    }

    /// <summary>Those that have nothing to close any more, and those that their group's state does not let open.</summary>
    /// <param name="held">A group's position, below 0 short.</param>
    public static void TakeBackIdle(OpenOrders open, Func<Guid, string, decimal> held, Func<Guid, TradingState> stateOf, DateTimeOffset now)
    {
        foreach (var order in RestingIn(open).OrderBy(o => o.Seq))
        {
            var position = held(order.GroupId, order.Symbol);
            if (order.Row.Closes && order.Left > Math.Abs(position) - open.Closing(order.Row, before: true))
            {
                order.Cancel(now, ReasonCodes.PositionClosed);
            }
            else if (!order.Row.ByCommand && stateOf(order.GroupId) is var state
                && (state == TradingState.Halted || (state == TradingState.Reducing && !Reduces(order, position))))
            {
                order.Cancel(now, ReasonCodes.RiskReducing);
            }
        }
    }

    private static List<OpenOrder> RestingIn(OpenOrders open) => [.. open.All.Where(o => o.Row.IsResting && o.Wish is null)];

    private static bool Reduces(OpenOrder order, decimal position) => position * (order.Row.IsBuy ? 1m : -1m) < 0m && order.Left <= Math.Abs(position);
}
