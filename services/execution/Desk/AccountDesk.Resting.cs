using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Limit orders in the venue's book. They hold up no other order, and go when their time is over, when what they were to close is closed,
/// when their group closes its position, and when it may take no new risk.
/// </summary>
public sealed partial class AccountDesk
{
    private static readonly TimeSpan RestPeriod = TimeSpan.FromSeconds(1);

    // A closing order goes out in any case: a cancel that gets no answer must not keep a position open.
    private static readonly TimeSpan TakeBackPatience = TimeSpan.FromSeconds(3);

    private DateTimeOffset _restDue;

    private async Task RestAsync(DateTimeOffset now)
    {
        var resting = _open.Values.Where(o => o.IsResting && o.CancelRequestedAt is null).ToList();
        resting.FindAll(o => o.ExpiresAt <= now).ForEach(o => TakeBack(o, ReasonCodes.Expired, now));
        if (resting.Count == 0 || _restDue > now)
        {
            return;
        }

        _restDue = now + RestPeriod;
        var account = _store.AccountId;
        var (controls, held) = await _store.ReadAsync(
            async db => (
                await ControlStore.ReadAsync(db, _parts.Options, _stop),
                await db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).ToDictionaryAsync(p => (p.GroupId, p.Symbol), p => p.Qty, _stop)),
            _stop);
        foreach (var order in resting.Where(o => o.CancelRequestedAt is null).OrderBy(o => o.Seq))
        {
            var position = held.GetValueOrDefault((order.GroupId, order.Symbol));
            if (order.Closes && Left(order) > Math.Abs(position) - Closing(order, before: true))
            {
                TakeBack(order, ReasonCodes.PositionClosed, now);
            }
            else if (!order.ByCommand && controls.Gate(order.GroupId, order.AccountId).State is var state && (state == TradingState.Halted || (state == TradingState.Reducing && !Reduces(order, position))))
            {
                TakeBack(order, ReasonCodes.RiskReducing, now);
            }
        }
    }

    /// <summary>
    /// What a group has in the book would open the position again that its decision closes, so it is taken back first; true while that is
    /// waited for.
    /// </summary>
    private bool TakesBackResting(DeskOrder order, TradeDecision decision, DateTimeOffset now)
    {
        if (!TakesBack(order, decision) || now - order.CreatedAt > TakeBackPatience)
        {
            return false;
        }

        var resting = _open.Values.Where(o => o.IsResting && !o.ByCommand && o.GroupId == order.GroupId && o.Symbol == order.Symbol).ToList();
        resting.FindAll(o => o.CancelRequestedAt is null).ForEach(o => TakeBack(o, ReasonCodes.ClosedByDecision, now));
        return resting.Count > 0;
    }

    private static bool TakesBack(DeskOrder order, TradeDecision decision) => decision is { Action: TradeAction.Close, Qty: 0m } && order.Type != DeskTypes.Limit;

    /// <summary>A closing decision may only take what no other order closes already; null where nothing is left of it.</summary>
    private TradeDecision? Remaining(DeskOrder order, TradeDecision decision, decimal held)
    {
        // One that a person must look for is not counted on: what goes out beside it can only reduce.
        var closing = decision.Action == TradeAction.Close ? Closing(order, before: false) - _open.Values.Where(o => IsClosingFor(o, order) && o.State == DeskStates.Held).Sum(Left) : 0m;
        var left = Math.Abs(held) - closing;
        return closing == 0m || held == 0m ? decision
            : left <= 0m ? null
            : decision.Qty == 0m || decision.Qty > left ? decision with { Qty = left }
            : decision;
    }

    /// <summary>What the group's other closing orders in the symbol still have to fill, in the base asset.</summary>
    /// <param name="before">Only those that came before it.</param>
    private decimal Closing(DeskOrder order, bool before) => _open.Values
        .Where(o => IsClosingFor(o, order) && (!before || o.Seq < order.Seq))
        .Sum(Left);

    private static bool IsClosingFor(DeskOrder other, DeskOrder order) =>
        other.ClientId != order.ClientId && other.Closes && other.IsOut && other.CancelRequestedAt is null && other.GroupId == order.GroupId && other.Symbol == order.Symbol;

    private static decimal Left(DeskOrder order) => order.Qty - order.Filled;

    private static void TakeBack(DeskOrder order, ReasonCode reason, DateTimeOffset now) => (order.CancelRequestedAt, order.CancelReason) = (now, reason.Word);

    private static bool Reduces(DeskOrder order, decimal position) => position * (order.IsBuy ? 1m : -1m) < 0m && Left(order) <= Math.Abs(position);
}
