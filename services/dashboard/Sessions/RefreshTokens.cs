using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.Sessions;

/// <summary>
/// What a browser holds instead of a password: the session's id, 32 random bytes, and a code that only we can have made, so that one which was
/// good once is told from one that somebody made up.
/// </summary>
public sealed class RefreshTokens(IConfiguration configuration)
{
    private const int SecretBytes = 32;
    private const int IdLength = 32;

    private readonly byte[] _key = HMACSHA256.HashData(JwtValidation.Key(configuration).Key, "refresh tokens"u8);

    public (string Token, byte[] Hash) Create(Guid session)
    {
        var text = $"{session:n}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";
        var token = $"{text}.{Code(text)}";
        return (token, Hash(token));
    }

    /// <summary>Null for what we did not make.</summary>
    public (Guid Session, byte[] Hash)? Read(string? token)
    {
        var end = token?.LastIndexOf('.') ?? -1;
        return end > IdLength && token!.Length < 256 && Guid.TryParseExact(token[..IdLength], "n", out var session)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token[(end + 1)..]), Encoding.UTF8.GetBytes(Code(token[..end])))
            ? (session, Hash(token))
            : null;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private string Code(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
}
