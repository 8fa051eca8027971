using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Decisions;

/// <summary>What the tables say about a move before it is decided on.</summary>
/// <param name="IsSuperseded">One of its legs was moved by something that was accepted after it.</param>
/// <param name="Entry">The decision that a position without legs rests on; null where there is none, or where nobody had to look.</param>
public sealed record MovePast(bool IsSuperseded, LegOrigin? Entry);

/// <summary>
/// Decides on a move, in memory. Halts, pauses and limits do not hold it back: it opens nothing. A session that was superseded may not
/// move anything, and what was accepted before a kill or a stop is not done after it.
/// </summary>
public static class ProtectionMover
{
    /// <summary>
    /// On an account that fills at once the move is done or refused when this returns; elsewhere it waits for the account's desk unless it is
    /// refused already. Null while there is no price that it could be checked against.
    /// </summary>
    /// <param name="mayWait">There is still time to wait for a price.</param>
    public static ProtectionMove? Move(
        GroupSteering steering, Ledger ledger, Fences fences, Gate gate, Instrument? instrument, PriceTick? tick, MovePast past, bool mayWait, DateTimeOffset now)
    {
        var move = ProtectionMove.Of(steering, ledger.Account, now);
        if ((Stale(steering, fences) ?? Refused(steering, gate, past, now)) is { } refused)
        {
            move.Refuse(refused, now);
            return move;
        }

        if (!ledger.Account.FillsAtOnce)
        {
            return move;
        }

        var needsPrice = (move.StopLoss ?? move.TakeProfit) is not null;
        var unusable = !needsPrice ? null : DecisionCheck.BadPrice(move.Symbol, tick, now, gate.Limits.MaxPriceAge);
        if (unusable is not null && mayWait)
        {
            return null;
        }

        var held = ledger.Held(move.GroupId, move.Symbol);
        var (legs, refusal) = held == 0m ? (null, MoveReasons.NoPosition(move.Symbol))
            : instrument is null ? (null, Rejections.UnknownSymbol(move.Symbol))
            : unusable is not null ? (null, unusable)
            : ProtectionRules.CheckMove(move.Asked, held > 0m, tick?.Price, instrument);
        if (refusal is not null)
        {
            move.Refuse(refusal, now);
        }
        else
        {
            ledger.Move(move, legs!, past.Entry, now);
            move.Finish(held, ledger.Protection.HasAny(move.GroupId, move.Symbol), now);
        }

        return move;
    }

    /// <summary>Raises no fence: decisions of an earlier session may still be on their way.</summary>
    private static RejectionReason? Stale(GroupSteering steering, Fences fences) =>
        steering.TokenId is { } token && fences.Seen(token) is var seen && steering.Epoch < seen ? Rejections.StaleSession(seen, steering.Epoch) : null;

    private static RejectionReason? Refused(GroupSteering steering, Gate gate, MovePast past, DateTimeOffset now)
    {
        var (asked, age) = (steering.Protect!, now - steering.CreatedAt);
        return (asked.StopLoss ?? asked.TakeProfit) is null ? MoveReasons.Nothing
            : ProtectionRules.OutOfRange(asked) is { } range ? range
            : steering.CreatedAt <= gate.FencedAt ? Rejections.Fenced(gate.FencedAt.Value, steering.CreatedAt)
            : age > gate.Limits.MaxDecisionAge ? Rejections.DecisionTooOld(gate.Limits.MaxDecisionAge, age)
            : past.IsSuperseded ? MoveReasons.Superseded
            : null;
    }
}
