using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Accounts;

/// <summary>Whether an account may be traded on at all; the one place that says so, whatever the decision asks for.</summary>
public static class AccountGate
{
    /// <summary>Null lets the decision pass. NO_TRADE asks for nothing and always passes.</summary>
    public static RejectionReason? Refusal(TradeDecision decision, Account account) =>
        decision.Action == TradeAction.NoTrade ? null
        : !account.Active ? new("ACCOUNT_INACTIVE", "active", "inactive", null, $"Account {account.Name} is not active.")
        : null;
}
