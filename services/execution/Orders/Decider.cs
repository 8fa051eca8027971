using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Risk;

namespace TradingSystem.Execution.Orders;

/// <summary>Makes one decision's order on the books, in memory: fence, checks, sizing, simulated fill, booking.</summary>
public sealed class Decider(DecisionCheck check, PriceBook prices, TimeProvider time)
{
    public Outcome Decide(TradeDecision decision, Ledger ledger, Fences fences)
    {
        using var activity = ExecutionTelemetry.Start(decision);
        var now = Now();
        var tick = prices.Find(decision.Symbol);
        var verdict = Refused(decision, ledger, fences) is { } reason
            ? DecisionCheck.Refuse(decision, reason)
            : check.Check(decision, ledger.State(decision.GroupId, prices), tick, now);
        var (realized, flattened) = verdict.Fill is { } fill ? ledger.Book(decision, fill, now) : default;
        var order = OrderBuilder.Build(decision, ledger.Account, verdict, tick?.Price, realized, flattened, now, ExecutionTelemetry.TraceParent(activity, decision));
        activity?.SetTag("order.status", order.Status);
        return new(order, verdict.Fill is null ? null : OrderBuilder.Fill(order));
    }

    /// <summary>A session that was superseded may not trade whatever it asks for; nor may anyone on an account that is not the group's.</summary>
    private static RejectionReason? Refused(TradeDecision decision, Ledger ledger, Fences fences) =>
        fences.Pass(decision)
        ?? (decision.TradeAccountId is { } asked && asked != ledger.Account.Id ? Rejections.AccountMismatch(ledger.Account.Id, asked) : null);

    /// <summary>To the microsecond, as the table keeps it: a rebuilt update has the same instant.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}

/// <summary>What became of a decision.</summary>
public readonly record struct Outcome(Order Order, Fill? Fill);
