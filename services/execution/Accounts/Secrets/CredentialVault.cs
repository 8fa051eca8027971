using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>Seals credentials for their row and opens them again; the only way to either.</summary>
public sealed class CredentialVault(IDbContextFactory<ExecutionDb> databases, Envelope envelope)
{
    /// <summary>False without a key-encryption key.</summary>
    public bool CanSeal => envelope.CanSeal;

    /// <param name="venue">The account's exchange; the row opens for no other.</param>
    public SealedSecret Seal(Guid accountId, string venue, Credentials credentials)
    {
        var plain = credentials.ToBytes();
        try
        {
            return envelope.Seal(accountId, venue, plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>The caller disposes them; null when the account has none. Throws <see cref="SecretUnreadableException"/>.</summary>
    public async Task<Credentials?> OpenAsync(Guid accountId, string venue, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.AccountSecrets.AsNoTracking().SingleOrDefaultAsync(s => s.AccountId == accountId, cancellationToken) is not { } row)
        {
            return null;
        }

        var plain = envelope.Open(accountId, venue, row.Sealed);
        try
        {
            return Credentials.FromBytes(plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
