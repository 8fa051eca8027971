using Microsoft.AspNetCore.Identity;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Dashboard.Storage;

namespace TradingSystem.Dashboard.Settings;

/// <summary>What a new password must be, and its hash.</summary>
public static class Passwords
{
    public const int MinLength = 12;
    public const int MaxLength = 256;

    /// <summary>Bytes at most of a body in which a password stands.</summary>
    public const int MaxBody = 16 * 1024;

    /// <summary>The rule that a new password breaks, or null.</summary>
    public static string? Fault(string password) =>
        password.Length is < MinLength or > MaxLength ? $"{MinLength} to {MaxLength} characters"
        : ControlCharacters.First(password) is not null ? ControlCharacters.Rule
        : null;

    public static string Hash(this IPasswordHasher<User> hasher, string password) => hasher.HashPassword(Nobody, password);

    /// <summary>The hasher asks for a user and does not look at it.</summary>
    private static readonly User Nobody = new() { Username = string.Empty, PasswordHash = string.Empty, Role = string.Empty };
}
