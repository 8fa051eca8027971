using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Execution.Accounts;

/// <summary>The second step of trading live: a code that is told once, kept as its hash, and good for ten minutes and five tries.</summary>
public sealed class LiveCode
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int MostAttempts = 5;
    private const string Alphabet = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";
    private const int Length = 16;

    public Guid AccountId { get; init; }

    public required byte[] CodeHash { get; init; }

    public int Attempts { get; set; }

    public required string RequestedBy { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>80 random bits; the code is not kept.</summary>
    public static (LiveCode Row, string Code) Create(Guid accountId, string requestedBy, DateTimeOffset now)
    {
        var code = RandomNumberGenerator.GetString(Alphabet, Length);
        return (new LiveCode { AccountId = accountId, CodeHash = Hash(code), RequestedBy = requestedBy, ExpiresAt = now + Lifetime }, code);
    }

    public bool IsOver(DateTimeOffset now) => now >= ExpiresAt || Attempts >= MostAttempts;

    public bool Matches(string code) => CryptographicOperations.FixedTimeEquals(CodeHash, Hash(code));

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
