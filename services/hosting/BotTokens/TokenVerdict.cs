using System.Net;
using System.Text.Json.Serialization;

namespace TradingSystem.Hosting.BotTokens;

/// <summary>Whose a bot's token is. The service that keeps the tokens answers; whoever lets bots in asks, in its own process or over the net.</summary>
public interface ITokenOwners
{
    /// <param name="hash"><see cref="BotToken.Hash"/>.</param>
    /// <param name="address">Who came with the token: bad ones are counted by it.</param>
    Task<TokenVerdict> FindAsync(byte[] hash, IPAddress address, CancellationToken cancellationToken);
}

/// <summary>What came out about a token.</summary>
[JsonDerivedType(typeof(OfGroup), "group")]
[JsonDerivedType(typeof(OfTrigger), "trigger")]
[JsonDerivedType(typeof(Revoked), "revoked")]
[JsonDerivedType(typeof(Unknown), "unknown")]
[JsonDerivedType(typeof(TooMany), "too_many")]
[JsonDerivedType(typeof(Unavailable), "unavailable")]
public abstract record TokenVerdict
{
    private TokenVerdict()
    {
    }

    public sealed record OfGroup(Guid TokenId, Guid GroupId) : TokenVerdict;

    public sealed record OfTrigger : TokenVerdict;

    /// <summary>It was good once: nobody guessed it.</summary>
    public sealed record Revoked : TokenVerdict;

    public sealed record Unknown : TokenVerdict;

    /// <summary>Too many bad tokens came from the address; this one was bad as well, or was not looked at.</summary>
    public sealed record TooMany(TimeSpan Wait) : TokenVerdict;

    /// <summary>Nothing came out.</summary>
    public sealed record Unavailable : TokenVerdict;
}

/// <summary>The question over the net; <c>Hash</c> is the token's SHA-256, <c>Address</c> who came with it.</summary>
public sealed record TokenQuestion(byte[] Hash, string Address)
{
    /// <summary>Between services only.</summary>
    public const string Path = "/internal/v1/token-owners";
}

/// <summary>How question and answer are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TokenQuestion))]
[JsonSerializable(typeof(TokenVerdict))]
public sealed partial class TokenJson : JsonSerializerContext;
