namespace TradingSystem.Contracts.Bus;

/// <summary>
/// Asks execution what would become of a decision just now; nothing does. Not durable: who gets no answer in time knows nothing. Answered
/// with a <see cref="DecisionAnswer"/> of the same id by every node that can say.
/// </summary>
public sealed record DecisionQuestion(Guid Id, TradeDecision Decision);

public sealed record DecisionAnswer(Guid QuestionId, WouldBe Would);

/// <summary>
/// Asks the market for the newest <c>Count</c> closed candles of a symbol and interval. Not durable; answered with a <see cref="CandlesAnswer"/> of
/// the same id by every node that has a market.
/// </summary>
public sealed record CandlesQuestion(Guid Id, string Symbol, string Interval, int Count);

/// <summary>Closed candles, oldest first. <c>Lacks</c> says, for people, why there are none: the market has no such symbol, or no such interval.</summary>
public sealed record CandlesAnswer(Guid QuestionId, string Symbol, string Interval, IReadOnlyList<Candle> Candles, string? Lacks);

/// <summary>
/// What a decision would become: <c>order</c>, <c>refused</c>, or <c>nothing</c> (NO_TRADE, and what was decided before). Of an order: <c>Qty</c> in
/// the base asset, the expected
/// <c>Price</c> and <c>Fee</c>, and the initial <c>Margin</c> of that quantity (null for a closing order), in quote currency; a null price
/// is one that there is not yet. <c>Reason</c> is why it would be refused, or would have to wait.
/// </summary>
public sealed record WouldBe(string Action, string? Side, decimal? Qty, decimal? Price, decimal? Margin, decimal? Fee, RejectionReason? Reason);
