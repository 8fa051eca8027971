using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

internal static partial class DeskLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Order {ClientId} ({Symbol}): {Before} -> {After} {Reason}")]
    public static partial void Changed(ILogger logger, string clientId, string symbol, string before, string after, string? reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The venue refused {ClientId}: {Meaning} {Code} {Text}")]
    public static partial void Refused(ILogger logger, string clientId, RefusalMeaning meaning, string code, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outcome of {ClientId} is unknown: {Why}")]
    public static partial void Unknown(ILogger logger, string clientId, string why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The outcome of {ClientId} on account {Account} is still unknown: its exposure stays reserved and a person should look")]
    public static partial void Held(ILogger logger, string clientId, Guid account);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stream of account {Account}: {Reason}; the account is compared with the venue")]
    public static partial void Gap(ILogger logger, Guid account, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account} could not be compared with the venue: {Why}")]
    public static partial void NotRead(ILogger logger, Guid account, string? why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account} differs from the venue: {Kind} {Symbol}, venue {Venue}, ours {Ours}: {Done}")]
    public static partial void Differs(ILogger logger, Guid account, string kind, string? symbol, string? venue, string? ours, string done);

    [LoggerMessage(Level = LogLevel.Information, Message = "Funding of account {Account} in {Symbol}: {Amount}")]
    public static partial void Funding(ILogger logger, Guid account, string symbol, decimal amount);

    [LoggerMessage(Level = LogLevel.Information, Message = "This node trades for account {Account} (owner {Epoch})")]
    public static partial void Owned(ILogger logger, Guid account, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The desk of account {Account} begins anew: {Why}")]
    public static partial void Ended(ILogger logger, Guid account, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The desk of account {Account} begins anew")]
    public static partial void Failed(ILogger logger, Guid account, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The accounts at venues cannot be looked after: {Why}; nothing is sent")]
    public static partial void HostFailed(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account} cannot be traded on: {Why}")]
    public static partial void Unusable(ILogger logger, Guid account, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The venue's countdown for account {Account} in {Symbol} was not set: {Why}")]
    public static partial void NoCountdown(ILogger logger, Guid account, string symbol, string? why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Fees of account {Account} in {Asset} have no value yet: {Why}")]
    public static partial void NoFeePrice(ILogger logger, Guid account, string asset, string? why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The position of group {Group} in {Symbol} has stood without its protection for {Seconds} s: it is closed at the market")]
    public static partial void Naked(ILogger logger, Guid group, string symbol, double seconds);
}
