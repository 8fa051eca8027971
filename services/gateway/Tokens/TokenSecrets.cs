using System.Buffers.Text;
using System.Security.Cryptography;
using TradingSystem.Hosting.BotTokens;

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
    public static string Create(string ownerKind) =>
        (ownerKind == OwnerKinds.Group ? BotToken.GroupPrefix : BotToken.TriggerPrefix) + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
