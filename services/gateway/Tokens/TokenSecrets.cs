using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Gateway.Tokens;

/// <summary>Whose token it is; also the role's name on the wire.</summary>
public static class OwnerKinds
{
    public const string Group = "trading_group";
    public const string Trigger = "trigger";
}

/// <summary>256 random bits as base64url behind a prefix that tells the kinds apart.</summary>
public static class TokenSecrets
{
    private const int MaxLength = 256;

    public static string Create(string ownerKind) =>
        (ownerKind == OwnerKinds.Group ? "tg_" : "tr_") + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Null for what cannot be a token.</summary>
    public static byte[]? Hash(string token) =>
        token.Length is 0 or > MaxLength ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
