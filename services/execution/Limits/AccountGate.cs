using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// Whether an account may be traded on at all; the one place that says so. A switched-off account opens nothing and can still be closed;
/// only a live account that nobody confirmed gets no order of any kind.
/// </summary>
public static class AccountGate
{
    /// <summary>Null lets the decision pass. NO_TRADE asks for nothing and always passes.</summary>
    public static RejectionReason? Refusal(TradeDecision decision, Account account) =>
        decision.Action == TradeAction.NoTrade ? null
        : account.Active ? null
        : decision.Action != TradeAction.Close ? new(ReasonCodes.AccountInactive, "active", "inactive", null, $"Account {account.Name} is not active.")
        : account.Mode == Modes.Live && account.LiveConfirmation != LiveConfirmations.Confirmed
            ? new(
                ReasonCodes.LiveNotConfirmed, LiveConfirmations.Confirmed, account.LiveConfirmation, null,
                $"Account {account.Name} is live and its key was not confirmed; nothing is sent with it.")
        : null;
}
