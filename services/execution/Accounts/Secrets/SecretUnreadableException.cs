using System.Globalization;

namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>A stored secret cannot be opened; says which account and why, and nothing of the secret.</summary>
public sealed class SecretUnreadableException : Exception
{
    private SecretUnreadableException(Guid accountId, string why)
        : base($"The credentials of account {accountId} cannot be decrypted: {why}.") => Why = why;

    public string Why { get; }

    public static SecretUnreadableException NoKey(Guid accountId, int version) =>
        new(accountId, string.Create(CultureInfo.InvariantCulture, $"key version {version} (EXECUTION__KEYS__{version}) is not here"));

    public static SecretUnreadableException Damaged(Guid accountId) => new(accountId, "another key has this version's number, or the row was changed");
}
