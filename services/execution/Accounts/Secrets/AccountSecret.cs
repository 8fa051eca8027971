namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>The credentials of an account at rest. Never part of a query that shows accounts.</summary>
public sealed class AccountSecret
{
    public Guid AccountId { get; init; }

    /// <summary>Of the key-encryption key.</summary>
    public int KeyVersion { get; set; }

    public required byte[] WrappedKey { get; set; }

    public required byte[] Ciphertext { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public SealedSecret Sealed => new(KeyVersion, WrappedKey, Ciphertext);

    public static AccountSecret Of(Guid accountId, SealedSecret secret, DateTimeOffset now) =>
        new() { AccountId = accountId, KeyVersion = secret.KeyVersion, WrappedKey = secret.WrappedKey, Ciphertext = secret.Ciphertext, UpdatedAt = now };
}
