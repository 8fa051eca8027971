using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <param name="Since">Since when this desk is at it.</param>
internal sealed record Moving(ProtectionMove Move, DateTimeOffset Since)
{
    /// <summary>Why the venue does not take it; null while it may.</summary>
    public RejectionReason? Refused { get; set; }

    /// <summary>The position stood without such a leg before, so it is not naked for want of the new one.</summary>
    public bool IsAdded(string leg) =>
        leg == DeskLegs.StopLoss ? Move.MovesStop && Move.StopBefore is null : Move.MovesTake && Move.TakeBefore is null;
}

/// <summary>Moves of legs that this desk has begun, one of a group's position at a time.</summary>
internal sealed class MovesUnderWay
{
    private readonly Dictionary<(Guid Group, string Symbol), Moving> _moving = [];

    /// <summary>The tables may have another to begin with.</summary>
    public bool IsDue { get; set; } = true;

    public Moving? Of(Guid group, string symbol) => _moving.GetValueOrDefault((group, symbol));

    public void Begin(ProtectionMove move, DateTimeOffset now) => _moving[(move.GroupId, move.Symbol)] = new(move, now);

    /// <summary>One that was begun by whoever had the account before; one that is under way here is left alone.</summary>
    public void GoOn(ProtectionMove move, DateTimeOffset now) => _moving.TryAdd((move.GroupId, move.Symbol), new(move, now));

    /// <summary>It has ended, and the next may begin.</summary>
    public void End(Moving moving)
    {
        _moving.Remove((moving.Move.GroupId, moving.Move.Symbol));
        IsDue = true;
    }

    /// <summary>A leg that was to be moved to was refused; true where that is not the position's misfortune but the move's.</summary>
    public bool Refuses(DeskOrder leg)
    {
        if (!leg.IsProtection || Of(leg.GroupId, leg.Symbol) is not { } moving || leg.CreatedAt < moving.Move.BegunAt
            || !(leg.Leg == DeskLegs.StopLoss ? moving.Move.MovesStop : moving.Move.MovesTake))
        {
            return false;
        }

        // One that certainly never was there is made again, under another id.
        moving.Refused = leg.ReasonCode is not { } code || ReasonCodes.Canceled.Is(code) ? moving.Refused
            : Refusals.Code(RefusalMeaning.WouldTriggerNow).Is(code) ? MoveReasons.WrongSide(
                leg.Leg == DeskLegs.StopLoss ? LegKinds.StopLoss : LegKinds.TakeProfit, leg.TriggerPrice, leg.ReasonMessage)
            : new(ReasonCodes.Kept(code), null, leg.ReasonValue, null, leg.ReasonMessage ?? "The venue refused the leg.");
        return true;
    }
}
