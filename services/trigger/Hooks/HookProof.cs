using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Trigger.Hooks;

/// <summary>What a request shows of itself.</summary>
/// <param name="PathSecret">Null where the address had none.</param>
/// <param name="Header">A header by its name; null where it is not there once.</param>
internal sealed record HookRequest(ReadOnlyMemory<byte> Body, string? PathSecret, Func<string, string?> Header);

/// <summary>Whether a request may. What is compared are hashes of one length, in a time that does not tell how much of them is right.</summary>
internal static class HookProof
{
    /// <summary>Whose who posts to no hook is compared with: nobody has its secret.</summary>
    public static readonly HookAuth Nobodys = new(HookWords.Hmac, Header: "X-Signature");

    private static readonly byte[] Mask = "***"u8.ToArray();
    private static readonly DateTimeOffset LastMoment = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>True with the body as it is kept, in which the secret does not stand.</summary>
    /// <param name="secretHash">Of the secret that is shown; 32 bytes.</param>
    /// <param name="signingKey">Of the secret that signs; null where there is none.</param>
    public static bool Holds(HookAuth auth, byte[] secretHash, byte[]? signingKey, HookRequest request, DateTimeOffset now, out byte[] kept)
    {
        kept = [];
        switch (auth.Kind)
        {
            case HookWords.Hmac:
                kept = request.Body.ToArray();
                return signingKey is not null && IsSigned(auth, signingKey, request, now);
            case HookWords.Path:
                return IsSecret(Encoding.UTF8.GetBytes(request.PathSecret ?? ""), secretHash, request, out kept);
            default:
                return IsSecret(InBody(request.Body.Span, auth.Field!), secretHash, request, out kept);
        }
    }

    private static ReadOnlySpan<byte> InBody(ReadOnlySpan<byte> body, string field) =>
        HookBody.LooksLikeJson(body) ? HookScan.TextOf(HookBody.WithoutMark(body), field) : HookBody.PairOf(body, field);

    private static bool IsSecret(ReadOnlySpan<byte> shown, byte[] hash, HookRequest request, out byte[] kept)
    {
        kept = [];
        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(shown), hash))
        {
            return false;
        }

        kept = Without(request.Body.Span, shown);
        return true;
    }

    /// <summary>The bytes with something else wherever the secret stands, which may be more than once.</summary>
    private static byte[] Without(ReadOnlySpan<byte> body, ReadOnlySpan<byte> secret)
    {
        using var kept = new MemoryStream(body.Length);
        for (int at; (at = body.IndexOf(secret)) >= 0; body = body[(at + secret.Length)..])
        {
            kept.Write(body[..at]);
            kept.Write(Mask);
        }

        kept.Write(body);
        return kept.ToArray();
    }

    private static bool IsSigned(HookAuth auth, byte[] key, HookRequest request, DateTimeOffset now)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        if (auth.TimestampHeader is { } name)
        {
            var text = request.Header(name) ?? "";
            if (Moment(text) is not { } at || (now - at).Duration() > TimeSpan.FromSeconds(auth.ToleranceS ?? HookReader.DefaultMaxAgeS))
            {
                return false;
            }

            hmac.AppendData(Encoding.UTF8.GetBytes(text + "."));
        }

        hmac.AppendData(request.Body.Span);
        return CryptographicOperations.FixedTimeEquals(hmac.GetHashAndReset(), Signature(auth, request.Header(auth.Header!) ?? ""));
    }

    /// <summary>Empty for what is none.</summary>
    private static byte[] Signature(HookAuth auth, string text)
    {
        var prefix = auth.Prefix ?? "";
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return [];
        }

        text = text[prefix.Length..];
        try
        {
            return auth.Encoding != HookWords.Base64 ? Convert.FromHexString(text) : Base64.IsValid(text) ? Convert.FromBase64String(text) : [];
        }
        catch (FormatException)
        {
            return [];
        }
    }

    /// <summary>Of Unix seconds, or milliseconds where they are too many for seconds.</summary>
    public static DateTimeOffset? Moment(string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var milliseconds = number < 100_000_000_000 ? number * 1000 : number;
        return milliseconds <= LastMoment.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
    }
}
