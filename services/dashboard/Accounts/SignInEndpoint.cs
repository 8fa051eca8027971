using Microsoft.AspNetCore.Http.HttpResults;
using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting.Outages;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>What a person types in.</summary>
[BodyTerms(MaxBytes = Passwords.MaxBody, Quotes = BodyQuotes.None)]
[NoNulls]
public sealed record LoginRequest(string Username, string Password);

/// <summary><c>ExpiresIn</c> is in seconds.</summary>
public sealed record LoginResponse(string AccessToken, int ExpiresIn);

public static class SignInEndpoint
{
    public static void MapSignIn(this WebApplication app) =>
        app.MapPost("/api/v1/auth/login", LoginAsync)
            .Operation("login", "A token for the other routes. A browser is given a cookie too, for POST /api/v1/auth/refresh.")
            .WithTags("auth")
            .AllowAnonymous();

    private static async Task<Results<Ok<LoginResponse>, RestError, UnauthorizedError, TooManyError>> LoginAsync(
        HttpContext http, RestBody<LoginRequest> asked, SignIn signIn, LoginGuard guard, KnownAddresses known, HashQueue hashes, RefusedSignIns refused, ILogger<SignIn> log, CancellationToken cancellationToken)
    {
        var address = ClientAddress.Of(http);
        if (!asked.TryRead(Read, out var body, out var refusal))
        {
            SignInLog.Malformed(log, address);
            return refusal;
        }

        if (guard.TryBegin(address, body.Username) is { } wait)
        {
            SignInLog.Locked(log, address, Seconds(wait));
            refused.Add(address);
            return TryLater("too_many_attempts", "username", wait);
        }

        try
        {
            using var place = hashes.TryEnter(address, known.Contains(address));
            if (place is null)
            {
                guard.Undo(address, body.Username);
                SignInLog.Busy(log, address);
                refused.Add(address);
                return TryLater("busy", "$", HashQueue.Busy);
            }

            if (await signIn.TryAsync(place, body.Username, body.Password, address, cancellationToken) is not { } issued)
            {
                SignInLog.Refused(log, address);
                refused.Add(address);
                return RestError.Unauthorized("username", "name and password belong together", "", "invalid_credentials");
            }

            guard.Succeeded(address, body.Username);
            known.Changed();
            return SessionsApi.Answer(http, issued);
        }
        catch (Exception e)
        {
            // Whether the password was right did not come out: it must not count as a wrong one.
            guard.Undo(address, body.Username);
            if (!Outage.IsOutage(e))
            {
                throw;
            }

            SignInLog.Unavailable(log, address, e.Message);
            return RestError.Unavailable("$", "the password cannot be checked just now");
        }
    }

    private static int Seconds(TimeSpan wait) => (int)Math.Ceiling(wait.TotalSeconds);

    public static TooManyError TryLater(string message, string path, TimeSpan wait) => RestError.TooMany(message, wait, path, $"wait {Seconds(wait)} s");

    private static LoginRequest Read(RestBody<LoginRequest> body) => new(
        body.Fields.Line("username", User.MaxNameLength, 1, required: true)!, body.Fields.Line("password", Passwords.MaxLength, 1, required: true)!);
}

// One line a refused request. A typed name may be a password in the wrong field, so it stays out of the log.
internal static partial class SignInLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in from {Address} refused")]
    public static partial void Refused(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in from {Address} is locked for {Seconds} s")]
    public static partial void Locked(ILogger logger, string address, int seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in from {Address} refused: too many passwords of it are being checked")]
    public static partial void Busy(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in from {Address} refused: its body breaks a rule")]
    public static partial void Malformed(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in from {Address} could not be checked: {Reason}")]
    public static partial void Unavailable(ILogger logger, string address, string reason);
}
