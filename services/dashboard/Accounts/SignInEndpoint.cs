using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Metadata;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>What a person types in.</summary>
public sealed record LoginRequest(string? Username, string? Password)
{
    /// <summary>Fields that are none of it.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary><c>ExpiresIn</c> is in seconds.</summary>
public sealed record LoginResponse(string AccessToken, int ExpiresIn);

/// <summary>An error as all services give it; <c>Detail</c> names each fault.</summary>
public sealed record FrontProblem(string Message, IReadOnlyList<ProblemDetail> Detail);

/// <summary>Which field, which rule it broke, and what was there (never a secret).</summary>
public sealed record ProblemDetail(string Path, string Rule, string? Got);

public static class SignInEndpoint
{
    public static void MapSignIn(this WebApplication app) =>
        app.MapPost("/api/v1/auth/login", LoginAsync)
            .Operation("login", "A person's token for name and password")
            .WithTags("auth")
            .WithMetadata(new BodyLimit())
            .Produces<LoginResponse>()
            .Produces<FrontProblem>(StatusCodes.Status400BadRequest)
            .Produces<FrontProblem>(StatusCodes.Status401Unauthorized)
            .Produces<FrontProblem>(StatusCodes.Status429TooManyRequests)
            .AllowAnonymous();

    private static async Task<IResult> LoginAsync(LoginRequest body, HttpContext http, SignIn signIn, LoginGuard guard, ILogger<SignIn> log, CancellationToken cancellationToken)
    {
        // What stands in a field of another name may be the password.
        List<ProblemDetail> faults = [.. (body.Others?.Keys ?? Enumerable.Empty<string>()).Select(f => new ProblemDetail(FieldError.Shorten(f), Nearest.Rule("unknown field", f, "username", "password"), null))];
        if (body.Username is not { Length: > 0 and <= User.MaxNameLength })
        {
            faults.Add(new("username", $"1 to {User.MaxNameLength} characters", body.Username is null ? null : $"{body.Username.Length} characters"));
        }

        if (body.Password is not { Length: > 0 and <= SignIn.MaxPasswordLength })
        {
            faults.Add(new("password", $"1 to {SignIn.MaxPasswordLength} characters", body.Password is null ? null : $"{body.Password.Length} characters"));
        }

        if (faults.Count > 0)
        {
            return Results.Json(new FrontProblem("validation_error", faults), statusCode: StatusCodes.Status400BadRequest);
        }

        var address = http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        if (guard.TryBegin(address, body.Username!) is { } wait)
        {
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            SignInLog.Locked(log, address, seconds);
            return Results.Json(
                new FrontProblem("too_many_attempts", [new("username", $"wait {seconds} s", null)]),
                statusCode: StatusCodes.Status429TooManyRequests);
        }

        if (await signIn.TryAsync(body.Username!, body.Password!, cancellationToken) is not { } token)
        {
            SignInLog.Refused(log, address);
            return Results.Json(
                new FrontProblem("invalid_credentials", [new("username", "name and password belong together", null)]),
                statusCode: StatusCodes.Status401Unauthorized);
        }

        guard.Succeeded(address, body.Username!);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new LoginResponse(token.Token, token.ExpiresIn));
    }

    private sealed class BodyLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => 16 * 1024;
    }
}

// A typed name may be a password in the wrong field, so it stays out of the log.
internal static partial class SignInLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in from {Address} refused")]
    public static partial void Refused(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in from {Address} is locked for {Seconds} s")]
    public static partial void Locked(ILogger logger, string address, int seconds);
}
