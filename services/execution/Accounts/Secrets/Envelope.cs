using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>
/// AES-256-GCM in two layers: a random data key for each secret, and a key-encryption key that wraps it. Both layers authenticate the
/// account and its venue, so a row that was moved to another account opens for nobody.
/// </summary>
public sealed class Envelope(KeyRing keys)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>False without a key: then nothing can be sealed.</summary>
    public bool CanSeal => !keys.IsEmpty;

    /// <summary>A fresh data key each time, wrapped by the newest key-encryption key.</summary>
    public SealedSecret Seal(Guid accountId, string venue, ReadOnlySpan<byte> plain)
    {
        var dataKey = new byte[KeyQuality.Bytes];
        try
        {
            RandomNumberGenerator.Fill(dataKey);
            var context = Context(accountId, venue);
            return new(keys.Newest, Encrypt(Key(keys.Newest), dataKey, context), Encrypt(dataKey, plain, context));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>The caller zeroes what it gets. Throws <see cref="SecretUnreadableException"/>.</summary>
    public byte[] Open(Guid accountId, string venue, SealedSecret secret)
    {
        var context = Context(accountId, venue);
        var dataKey = Unwrap(accountId, secret, context);
        try
        {
            return Decrypt(dataKey, secret.Ciphertext, context) ?? throw SecretUnreadableException.Damaged(accountId);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>The same data key under the newest key-encryption key; the secret itself is not opened.</summary>
    public SealedSecret Rewrap(Guid accountId, string venue, SealedSecret secret)
    {
        var context = Context(accountId, venue);
        var dataKey = Unwrap(accountId, secret, context);
        try
        {
            return secret with { KeyVersion = keys.Newest, WrappedKey = Encrypt(Key(keys.Newest), dataKey, context) };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    private byte[] Unwrap(Guid accountId, SealedSecret secret, byte[] context)
    {
        var key = keys.Find(secret.KeyVersion);
        return key.IsEmpty
            ? throw SecretUnreadableException.NoKey(accountId, secret.KeyVersion)
            : Decrypt(key, secret.WrappedKey, context) ?? throw SecretUnreadableException.Damaged(accountId);
    }

    private ReadOnlySpan<byte> Key(int version)
    {
        var key = keys.Find(version);
        return key.IsEmpty ? throw new InvalidOperationException($"There is no key to encrypt with; set {KeyRing.KeysSetting} or {KeyRing.FileSetting}.") : key;
    }

    private static byte[] Context(Guid accountId, string venue) => Encoding.UTF8.GetBytes($"{accountId:D}|{venue}");

    private static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context)
    {
        var result = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, result.AsSpan(NonceBytes, plain.Length), result.AsSpan(NonceBytes + plain.Length), context);
        return result;
    }

    /// <summary>Null when it was made with another key, for another account or venue, or changed since.</summary>
    private static byte[]? Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> context)
    {
        if (data.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        var plain = new byte[data.Length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(data[..NonceBytes], data[NonceBytes..^TagBytes], data[^TagBytes..], plain, context);
            return plain;
        }
        catch (CryptographicException)
        {
            CryptographicOperations.ZeroMemory(plain);
            return null;
        }
    }
}
