using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Venues.Http;

/// <summary>HMAC-SHA256 as exchanges want it written.</summary>
public static class Signature
{
    public static string Hex(string secret, string payload) => Convert.ToHexStringLower(Hash(secret, payload));

    public static string Base64(string secret, string payload) => Convert.ToBase64String(Hash(secret, payload));

    private static byte[] Hash(string secret, string payload) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(payload));
}
