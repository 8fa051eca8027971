using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>Checks a password and issues the token that all services accept.</summary>
public sealed class SignIn(
    IDbContextFactory<DashboardDb> database,
    IPasswordHasher<User> hasher,
    LoginOptions options,
    IConfiguration configuration,
    TimeProvider time) : IDisposable
{
    public const int MaxPasswordLength = 256;

    private readonly SigningCredentials _credentials = new(JwtValidation.Key(configuration), SecurityAlgorithms.HmacSha256);

    // Hashing is dear on purpose; two at once leave the processors to trading.
    private readonly SemaphoreSlim _hashing = new(2);

    // An unknown name costs the same as a known one with a wrong password.
    private readonly User _nobody = Nobody(hasher);

    /// <summary>Null when name and password do not belong together.</summary>
    public async Task<AccessToken?> TryAsync(string username, string password, CancellationToken cancellationToken)
    {
        User? user;
        await using (var db = await database.CreateDbContextAsync(cancellationToken))
        {
            user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Username == username, cancellationToken);
        }

        var checkedUser = user ?? _nobody;
        await _hashing.WaitAsync(cancellationToken);
        PasswordVerificationResult result;
        try
        {
            result = await Task.Run(() => hasher.VerifyHashedPassword(checkedUser, checkedUser.PasswordHash, password), CancellationToken.None);
        }
        finally
        {
            _hashing.Release();
        }

        return user is null || result == PasswordVerificationResult.Failed ? null : Issue(user);
    }

    public void Dispose() => _hashing.Dispose();

    private static User Nobody(IPasswordHasher<User> hasher)
    {
        var nobody = new User { Username = string.Empty, PasswordHash = string.Empty, Role = string.Empty };
        nobody.PasswordHash = hasher.HashPassword(nobody, Guid.NewGuid().ToString());
        return nobody;
    }

    private AccessToken Issue(User user)
    {
        var now = time.GetUtcNow();
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = JwtValidation.Issuer,
            Audience = JwtValidation.Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + options.TokenLifetime).UtcDateTime,
            Claims = new Dictionary<string, object> { ["sub"] = user.Username, ["role"] = user.Role },
            SigningCredentials = _credentials,
        });
        return new AccessToken(token, (int)options.TokenLifetime.TotalSeconds);
    }
}

/// <summary><c>ExpiresIn</c> is in seconds.</summary>
public sealed record AccessToken(string Token, int ExpiresIn);
