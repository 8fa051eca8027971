using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Decisions;

/// <summary>Turns a decision and its verdict into the row that is kept.</summary>
public static class OrderBuilder
{
    /// <param name="tick">The last price when it was decided, the one that it was filled at.</param>
    /// <param name="leg">The protection leg that the order was, null for a decision's own.</param>
    public static Order Build(
        TradeDecision decision, Account account, Verdict verdict, PriceTick? tick, decimal realizedPnl, bool flattened, DateTimeOffset now, string? traceParent, ProtectionLeg? leg = null)
    {
        var numbersFit = DecisionCheck.OutOfRange(decision) is null;
        return new Order
        {
            Id = OrderIds.Order(decision.Id),
            DecisionId = decision.Id,
            ProtectsDecisionId = leg?.Protects,
            ClientOrderId = leg?.ClientOrderId ?? OrderIds.ClientOrder(decision.Id),
            ClientDecisionId = StoredText.Of(decision.DecisionId),
            GroupId = decision.GroupId,
            GroupName = StoredText.Of(decision.GroupName) ?? "",
            AccountId = account.Id,
            Mode = account.Mode,
            IsAtVenue = verdict is Verdict.AtVenue,
            Symbol = StoredText.Of(decision.Symbol) ?? "",
            Action = decision.Action.Word(),
            Side = SideWords.Of(verdict.Buy),
            Type = StoredText.Of(decision.OrderType) is { Length: > 0 } type ? type : OrderTypes.Market,
            Status = leg is null ? Status(decision, verdict, flattened) : leg.Kind == LegKinds.StopLoss ? OrderStatus.Stopped : OrderStatus.TookProfit,
            Qty = verdict.Qty,
            AvgPrice = verdict.Fill?.Price,
            MarketTime = verdict.Fill is null || tick is null ? null : ControlStore.Micros(tick.MarketTime),
            PriceAtDecision = tick?.Price,
            Fee = verdict.Fill?.Fee ?? 0m,
            RealizedPnl = realizedPnl,
            // What does not fit the column is in the reason; the row itself must always be writable.
            Leverage = numbersFit ? decision.Leverage : 0m,
            MarginUsd = numbersFit ? decision.MarginUsd : 0m,
            ReasonCode = verdict.Reason?.Code.Word,
            ReasonLimit = verdict.Reason?.Limit,
            ReasonValue = StoredText.Of(verdict.Reason?.Value),
            ReasonNearestAcceptable = verdict.Reason?.NearestAcceptable,
            ReasonMessage = StoredText.Of(verdict.Reason?.Message),
            TriggerEventId = decision.TriggerEventId,
            CorrelationId = StoredText.Of(decision.CorrelationId),
            TraceParent = StoredText.Of(traceParent),
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    /// <summary>The one trade of a filled order.</summary>
    public static Fill Fill(Order order) => new()
    {
        Id = OrderIds.Fill(order.Id),
        OrderId = order.Id,
        DecisionId = order.DecisionId,
        AccountId = order.AccountId,
        GroupId = order.GroupId,
        Symbol = order.Symbol,
        Side = order.Side!,
        Qty = order.Qty,
        Price = order.AvgPrice!.Value,
        Fee = order.Fee,
        RealizedPnl = order.RealizedPnl,
        MarketTime = order.MarketTime,
        // When it was traded, which for an exit that waited is not when it was decided.
        CreatedAt = order.UpdatedAt,
    };

    private static string Status(TradeDecision decision, Verdict verdict, bool flattened) => verdict switch
    {
        Verdict.AtVenue or Verdict.Waiting => OrderStatus.Accepted,
        Verdict.Refused => OrderStatus.Rejected,
        Verdict.Recorded => OrderStatus.Recorded,
        Verdict.Filled { Legs: not null } => OrderStatus.Protected,
        _ => flattened && decision.Action == TradeAction.Close ? OrderStatus.Closed : OrderStatus.Filled,
    };
}
