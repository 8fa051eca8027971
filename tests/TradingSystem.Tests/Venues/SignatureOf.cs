using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Tests.Venues;

/// <summary>Computes anew, from the request as it was sent, what its signature must be.</summary>
internal static class SignatureOf
{
    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? Wrong(RecordedRequest r) =>
        r.Headers.TryGetValue("X-BAPI-SIGN", out var bybit) ? Compare(
            bybit, Hex(r.Headers["X-BAPI-TIMESTAMP"] + r.Headers["X-BAPI-API-KEY"] + r.Headers["X-BAPI-RECV-WINDOW"] + r.Query + r.Body))
        : r.Headers.TryGetValue("OK-ACCESS-SIGN", out var okx) ? Compare(okx, Base64(r.Headers["OK-ACCESS-TIMESTAMP"] + r.Method + r.Address.PathAndQuery + r.Body))
        : Binance(r);

    private static string? Binance(RecordedRequest r)
    {
        var text = r.Query + r.Body;
        var at = text.IndexOf("&signature=", StringComparison.Ordinal);
        if (at < 0)
        {
            return text.Contains("timestamp=", StringComparison.Ordinal) ? "a signed request has no signature" : null;
        }

        var signature = text[(at + "&signature=".Length)..];
        return signature.Contains('&', StringComparison.Ordinal) ? "the signature is not the last parameter" : Compare(signature, Hex(text[..at]));
    }

    private static string? Compare(string sent, string right) => sent == right ? null : $"the signature is {sent}, it should be {right}";

    private static string Hex(string payload) => Convert.ToHexString(Hash(payload)).ToLowerInvariant();

    private static string Base64(string payload) => Convert.ToBase64String(Hash(payload));

    private static byte[] Hash(string payload)
    {
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(TestVenue.Credentials.Secret));
        return hmac.ComputeHash(Encoding.UTF8.GetBytes(payload));
    }
}
