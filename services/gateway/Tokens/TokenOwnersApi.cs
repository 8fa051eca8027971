using System.Net;
using System.Security.Cryptography;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Tokens;

/// <summary>
/// The question whose a token is, from a front that runs apart. Not for people or bots: the front passes no such address on, and no document has it.
/// </summary>
public static class TokenOwnersApi
{
    public static void MapTokenOwners(this WebApplication app) =>
        app.MapPost(TokenQuestion.Path, FindAsync).RequireRole(Roles.Front).ExcludeFromDescription();

    private static async Task<IResult> FindAsync(TokenQuestion question, ITokenOwners owners, CancellationToken cancellationToken) =>
        question.Hash?.Length != SHA256.HashSizeInBytes ? RestError.Invalid("hash", "a SHA-256", "another length")
        : !IPAddress.TryParse(question.Address, out var address) ? RestError.Invalid("address", "an IP address", question.Address ?? "")
        : Results.Json(await owners.FindAsync(question.Hash, address, cancellationToken), TokenJson.Default.TokenVerdict);
}
