namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>
/// A secret at rest: its own data key, wrapped by the key-encryption key of <c>KeyVersion</c>, and what that data key encrypted.
/// Both parts are nonce (12 bytes), ciphertext, tag (16 bytes).
/// </summary>
public sealed record SealedSecret(int KeyVersion, byte[] WrappedKey, byte[] Ciphertext);
