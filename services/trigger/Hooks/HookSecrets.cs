using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// A hook's secret. One that a sender shows is random, and only its hash is kept, as a bot's token's is. One that signs must be known to check a signature: it
/// is derived from the key that signs people's tokens, so nothing kept tells it, and with another such key the hook needs a new secret.
/// </summary>
/// <param name="master">At least 32 bytes.</param>
public sealed class HookSecrets(byte[] master)
{
    private const string Prefix = "wh_";
    private const int Bytes = 32;

    /// <param name="version">Of the secret: the same gives the same where it is derived.</param>
    public string Create(Guid hook, int version, bool signs) =>
        signs ? Derived(hook, version) : Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The one that signs.</summary>
    public string Derived(Guid hook, int version)
    {
        var purpose = string.Create(CultureInfo.InvariantCulture, $"trading-system/hook/{hook:D}/{version}");
        return Prefix + Base64Url.EncodeToString(HKDF.DeriveKey(HashAlgorithmName.SHA256, master, Bytes, info: Encoding.UTF8.GetBytes(purpose)));
    }

    /// <summary>SHA-256.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static bool Signs(HookDocument hook) => hook.Auth.Kind == HookWords.Hmac;
}
