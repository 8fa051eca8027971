using System.Buffers.Text;
using System.Security.Cryptography;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting.BotTokens;

namespace TradingSystem.Gateway.Tokens;

/// <summary>256 random bits as base64url behind a prefix that tells the kinds apart.</summary>
public static class TokenSecrets
{
    public static string Create(string ownerKind) =>
        (ownerKind == OwnerKinds.Group ? BotToken.GroupPrefix : BotToken.TriggerPrefix) + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
