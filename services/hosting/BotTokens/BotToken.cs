using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Hosting.BotTokens;

/// <summary>A bot's token as it is written: what it begins with, how it stands in a header, and the hash that is all that anybody keeps of it.</summary>
public static class BotToken
{
    public const string GroupPrefix = "tg_";
    public const string TriggerPrefix = "tr_";

    private const string Scheme = "Bearer ";
    private const int MaxLength = 256;

    /// <summary>Null where the header has no bearer's credential.</summary>
    public static string? Bearer(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;

    /// <summary>No person's token begins so.</summary>
    public static bool IsBots(string token) =>
        token.StartsWith(GroupPrefix, StringComparison.Ordinal) || token.StartsWith(TriggerPrefix, StringComparison.Ordinal);

    /// <summary>SHA-256; null for what cannot be a token.</summary>
    public static byte[]? Hash(string token) =>
        token.Length is 0 or > MaxLength ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
