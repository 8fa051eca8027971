using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;

namespace TradingSystem.Execution.Decisions;

/// <summary>Makes one decision's order on the books, in memory: fence, controls, checks, sizing, simulated fill, booking.</summary>
public sealed class Decider(DecisionCheck check, PriceBook prices, TimeProvider time)
{
    /// <param name="byCommand">A person's close-all, which no fence, halt or limit holds back.</param>
    public Outcome Decide(TradeDecision decision, Ledger ledger, Fences fences, ControlSet controls, bool byCommand = false)
    {
        using var activity = ExecutionTelemetry.Start(decision);
        var now = Now();
        // What waits ahead of it has no price, so neither has it.
        var tick = ledger.Exits.IsAhead(decision) ? null : prices.Find(decision.Symbol);
        var gate = controls.Gate(decision.GroupId, ledger.Account.Id);
        if (!ledger.Account.FillsAtOnce)
        {
            return HandOver(
                decision, ledger, fences, gate, check.Priced(decision, tick, now, gate), now, byCommand, ExecutionTelemetry.TraceParent(activity, decision));
        }

        var verdict = Refused(decision, ledger, fences, byCommand) is { } reason
            ? DecisionCheck.Refuse(decision, reason)
            : check.Check(decision, ledger.State(decision.GroupId, prices, now), tick, now, gate, byCommand);
        var (realized, flattened) = verdict is Verdict.Filled filled ? ledger.Book(decision, filled.Planned, now) : default;
        if (verdict is Verdict.Filled { Legs: { } asked })
        {
            ledger.Protect(decision, asked, now);
        }

        if (verdict is Verdict.Filled && controls.CountsOrders)
        {
            ledger.CountOrder(decision.GroupId, now);
        }

        if (verdict.Trip is { } why)
        {
            controls.SetReducing(decision.GroupId, why, now);
        }

        var priced = check.Priced(decision, tick, now, gate);
        var order = OrderBuilder.Build(decision, ledger.Account, verdict, priced, realized, flattened, now, ExecutionTelemetry.TraceParent(activity, decision));
        activity?.SetTag("order.status", order.Status);
        if (verdict is Verdict.Waiting)
        {
            ledger.Wait(WaitingExit.Of(decision, ledger.Account.Id, byCommand, now));
        }

        return new(order, verdict is Verdict.Filled ? OrderBuilder.Fill(order) : null);
    }

    /// <summary>Ends a decision whose cancel overtook it: nothing is traded, and one update tells so.</summary>
    public Outcome TakeBack(TradeDecision decision, Ledger ledger, Fences fences, bool byCommand)
    {
        using var activity = ExecutionTelemetry.Start(decision);
        var refused = Refused(decision, ledger, fences, byCommand);
        var verdict = DecisionCheck.Refuse(decision, refused ?? CancelReasons.BeforeItCame);
        var order = OrderBuilder.Build(
            decision, ledger.Account, verdict, prices.Find(decision.Symbol), 0m, flattened: false, Now(), ExecutionTelemetry.TraceParent(activity, decision));
        order.Status = refused is null ? OrderStatus.Canceled : order.Status;
        return new(order, null) { IsTakenBack = true };
    }

    /// <summary>What goes to a venue is sized and checked there, on the books as they are when it leaves; here only what can be said now.</summary>
    private static Outcome HandOver(
        TradeDecision decision, Ledger ledger, Fences fences, Gate gate, PriceTick? tick, DateTimeOffset now, bool byCommand, string? traceParent)
    {
        var verdict = Refused(decision, ledger, fences, byCommand) is { } reason
            ? DecisionCheck.Refuse(decision, reason)
            : DecisionCheck.CheckForVenue(decision, now, gate, byCommand);
        var order = OrderBuilder.Build(decision, ledger.Account, verdict, tick, 0m, flattened: false, now, traceParent);
        return new(order, null) { Intent = order.IsAtVenue ? DeskIntent.Of(decision, order, byCommand) : null };
    }

    /// <summary>
    /// The order of a leg whose price was reached: closes all that the group holds, past fences, halts and limits, at the price that
    /// reached it. Null where there is no price that may be traded on; the leg waits on.
    /// </summary>
    public (TradeDecision Decision, Outcome Outcome)? Trigger(ProtectionLeg leg, PriceTick reachedBy, Ledger ledger, ControlSet controls)
    {
        var now = Now();
        var gate = controls.Gate(leg.GroupId, ledger.Account.Id);
        // As for every exit, no limit on the price's age holds it back, only the options' own.
        var tick = prices.IsFresh(reachedBy) ? reachedBy : prices.Find(leg.Symbol);
        var decision = leg.Closing(now);
        var verdict = check.Check(decision, ledger.State(leg.GroupId, prices, now), tick, now, gate, byCommand: true);
        if (verdict is not Verdict.Filled filled)
        {
            return null;
        }

        ledger.Protection.Trigger(leg, now);
        var (realized, flattened) = ledger.Book(decision, filled.Planned, now);
        if (controls.CountsOrders)
        {
            ledger.CountOrder(leg.GroupId, now);
        }

        var priced = check.Priced(decision, tick, now, gate);
        var order = OrderBuilder.Build(decision, ledger.Account, verdict, priced, realized, flattened, now, traceParent: null, leg);
        return (decision, new(order, OrderBuilder.Fill(order)));
    }

    /// <summary>
    /// The end of an exit that waited for a price; null while there is none. What a person held back meanwhile, or whose time is over, is refused. Its session
    /// was looked at when it was accepted: that its bot came back since takes nothing from it.
    /// </summary>
    public Outcome? Settle(WaitingExit exit, Ledger ledger, ControlSet controls)
    {
        var (decision, now) = (exit.Read(), Now());
        var tick = prices.Find(exit.Symbol);
        var gate = controls.Gate(exit.GroupId, ledger.Account.Id);
        var verdict = check.Check(decision, ledger.State(exit.GroupId, prices, now), tick, now, gate, exit.ByCommand);
        if (verdict is Verdict.Waiting)
        {
            return null;
        }

        ledger.Settle(exit, now);
        var (realized, flattened) = verdict is Verdict.Filled filled ? ledger.Book(decision, filled.Planned, now) : default;
        if (verdict is Verdict.Filled && controls.CountsOrders)
        {
            ledger.CountOrder(exit.GroupId, now);
        }

        if (verdict.Trip is { } why)
        {
            controls.SetReducing(exit.GroupId, why, now);
        }

        var priced = check.Priced(decision, tick, now, gate);
        var order = OrderBuilder.Build(decision, ledger.Account, verdict, priced, realized, flattened, now, ExecutionTelemetry.TraceParent(null, decision));
        return new(order, verdict is Verdict.Filled ? OrderBuilder.Fill(order) : null);
    }

    /// <summary>Moves legs on the books, or lets the wish go on to its account's desk; null while a price is missing that may still come.</summary>
    public ProtectionMove? Move(GroupSteering steering, Ledger ledger, Fences fences, ControlSet controls, MovePast past, bool mayWait) => ProtectionMover.Move(
        steering, ledger, fences, controls.Gate(steering.GroupId, ledger.Account.Id), check.Find(steering.Protect!.Symbol), prices.Find(steering.Protect.Symbol), past, mayWait, Now());

    /// <summary>A session that was superseded may not trade whatever it asks for; nor may anyone on an account that is not the group's.</summary>
    private static RejectionReason? Refused(TradeDecision decision, Ledger ledger, Fences fences, bool byCommand) =>
        byCommand && ledger.Account.FillsAtOnce ? null
        : fences.Pass(decision)
        ?? (decision.TradeAccountId is { } asked && asked != ledger.Account.Id ? Rejections.AccountMismatch(ledger.Account.Id, asked) : null)
        ?? AccountGate.Refusal(decision, ledger.Account);

    /// <summary>To the microsecond, as the table keeps it: a rebuilt update has the same instant.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}

/// <summary>What became of a decision.</summary>
public readonly record struct Outcome(Order Order, Fill? Fill)
{
    /// <summary>What a venue's desk is to send, null for what goes to none.</summary>
    public DeskIntent? Intent { get; init; }

    /// <summary>A cancel that came before it is remembered.</summary>
    public bool IsTakenBack { get; init; }
}
