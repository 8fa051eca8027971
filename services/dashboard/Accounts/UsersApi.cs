using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>A person; never the password.</summary>
/// <param name="Disabled">Whether the person may not sign in.</param>
/// <param name="LastSignInAt">When the person signed in last, RFC 3339.</param>
public sealed record UserView(
    Guid Id, string Username, [property: Words(typeof(Roles))] string Role, bool Disabled, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? LastSignInAt)
{
    public static UserView Of(User user) => new(user.Id, user.Username, user.Role, user.Disabled, user.CreatedAt, user.UpdatedAt, user.LastSignInAt);
}

/// <summary>Body of POST.</summary>
/// <param name="Username">Unique.</param>
/// <param name="Password">At least 12 characters.</param>
[BodyTerms(MaxBytes = Passwords.MaxBody, Quotes = BodyQuotes.None)]
[NoNulls]
public sealed record NewUser(string Username, string Password, [property: Words(typeof(Roles))] string Role);

/// <summary>Body of PATCH; what is left out stays as it is.</summary>
/// <param name="Password">At least 12 characters.</param>
/// <param name="Disabled">Whether the person may not sign in.</param>
[BodyTerms(MaxBytes = Passwords.MaxBody, Quotes = BodyQuotes.None)]
[NoNulls]
public sealed record UserChange(string? Password = null, [property: Words(typeof(Roles))] string? Role = null, bool? Disabled = null);

/// <summary>Body of a change of the own password.</summary>
/// <param name="CurrentPassword">As it is now.</param>
/// <param name="NewPassword">At least 12 characters.</param>
[BodyTerms(MaxBytes = Passwords.MaxBody, Quotes = BodyQuotes.None)]
[NoNulls]
public sealed record OwnPassword(string CurrentPassword, string NewPassword);

/// <summary>Users, for administrators; everybody sees oneself and changes the own password.</summary>
public static class UsersApi
{
    private const string Route = "/api/v1/users";

    public static void MapUsers(this WebApplication app)
    {
        var users = app.MapGroup(Route).WithTags("users").RequireRole(Roles.Admin);
        users.MapGet("/", ListAsync).Operation("listUsers", "Users by name");
        users.MapPost("/", CreateAsync).Operation("createUser", "A person who may sign in");
        users.MapGet("/{id:guid}", GetAsync).Operation("getUser", "One user");
        users.MapPatch("/{id:guid}", ChangeAsync)
            .Operation("changeUser", "Role, password, or whether the person may sign in. A new password, and a disabled user, are signed out everywhere.");
        users.MapDelete("/{id:guid}", DeleteAsync).Operation("deleteUser", "Removes a person, who is signed out everywhere. What the audit says of them stays.");
        users.MapGet("/audit", UserAuditApi.ListAsync).Operation("listUserAudit", "Who did what to whom, newest first");

        var me = app.MapGroup($"{Route}/me").WithTags("users").RequireRole(Roles.Viewer);
        me.MapGet("/", MeAsync).Operation("getMe", "Who is signed in");
        me.MapPost("/password", ChangeOwnPasswordAsync).Operation("changeOwnPassword", "Every other session of the person ends; the answer is a new token for this one.");
    }

    /// <summary>The user of a token; null for one that is gone.</summary>
    internal static Task<User?> FindAsync(this DashboardDb db, ClaimsPrincipal person, CancellationToken cancellationToken) =>
        Guid.TryParse(person.FindFirstValue(PersonClaims.User), out var id) ? db.Users.SingleOrDefaultAsync(u => u.Id == id, cancellationToken) : Task.FromResult<User?>(null);

    /// <summary>By the database's own order, in which it sorts, too: the cursor is a name.</summary>
    private static async Task<Ok<Page<UserView>>> ListAsync(DashboardDb db, [Range(1, Paging.MaxLimit)] int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var size = limit ?? Paging.DefaultLimit;
        var users = await db.Users.FromSql($"select * from dashboard.users where username > {cursor ?? string.Empty}").AsNoTracking()
            .OrderBy(u => u.Username).Take(size + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Paging.Cut(users, size, u => u.Username, UserView.Of));
    }

    private static async Task<Results<Ok<UserView>, NotFoundError>> GetAsync(DashboardDb db, Guid id, CancellationToken cancellationToken) =>
        await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken) is { } user
            ? TypedResults.Ok(UserView.Of(user))
            : RestError.NotFound(id);

    private static async Task<Results<Ok<UserView>, NotFoundError>> MeAsync(HttpContext http, DashboardDb db, CancellationToken cancellationToken) =>
        await db.FindAsync(http.User, cancellationToken) is { } user ? TypedResults.Ok(UserView.Of(user)) : NotMe(http.User.Identity?.Name);

    private static async Task<Results<Created<UserView>, RestError, ConflictError, TooManyError>> CreateAsync(
        HttpContext http, RestBody<NewUser> asked, UserChanges changes, HashQueue hashes, IPasswordHasher<User> hasher, CancellationToken cancellationToken)
    {
        if (!asked.TryRead(Read, out var body, out var refusal))
        {
            return refusal;
        }

        using var place = hashes.TryEnter(LineOf(http), isKnown: true);
        if (place is null)
        {
            return SignInEndpoint.TryLater("busy", "$", HashQueue.Busy);
        }

        var hash = await place.RunAsync(() => hasher.Hash(body.Password), cancellationToken);
        return await changes.RunAsync<Results<Created<UserView>, RestError, ConflictError, TooManyError>>(async (db, now) =>
        {
            if (await db.Users.AnyAsync(u => u.Username == body.Username, cancellationToken))
            {
                return RestError.Conflict("username", "unique", body.Username);
            }

            var user = new User { Id = Guid.CreateVersion7(now), Username = body.Username, PasswordHash = hash, Role = body.Role, CreatedAt = now, UpdatedAt = now };
            db.Users.Add(user);
            db.Note(now, Actor.Of(http), UserActions.Created, user.Username, user.Role);
            return TypedResults.Created((string?)null, UserView.Of(user));
        }, cancellationToken);
    }

    private static async Task<Results<Ok<UserView>, RestError, NotFoundError, ConflictError, TooManyError>> ChangeAsync(
        HttpContext http, RestBody<UserChange> asked, UserChanges changes, LoginOptions options, HashQueue hashes, IPasswordHasher<User> hasher, Guid id, CancellationToken cancellationToken)
    {
        if (!asked.TryRead(Read, out var body, out var refusal))
        {
            return refusal;
        }

        using var place = hashes.TryEnter(LineOf(http), isKnown: true);
        if (place is null)
        {
            return SignInEndpoint.TryLater("busy", "$", HashQueue.Busy);
        }

        var hash = body.Password is { } password ? await place.RunAsync(() => hasher.Hash(password), cancellationToken) : null;
        return await changes.RunAsync<Results<Ok<UserView>, RestError, NotFoundError, ConflictError, TooManyError>>(async (db, now) =>
        {
            if (await db.Users.SingleOrDefaultAsync(u => u.Id == id, cancellationToken) is not { } user)
            {
                return RestError.NotFound(id);
            }

            var takesAway = user is { Role: Roles.Admin, Disabled: false } && ((body.Role ?? user.Role) != Roles.Admin || body.Disabled == true);
            if (takesAway && await IsLastAdminAsync(db, user, cancellationToken))
            {
                return LastAdmin(user);
            }

            await ApplyAsync(db, user, body, hash, Actor.Of(http), options, now, cancellationToken);
            return TypedResults.Ok(UserView.Of(user));
        }, cancellationToken);
    }

    private static async Task ApplyAsync(
        DashboardDb db, User user, UserChange change, string? hash, Actor actor, LoginOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        user.UpdatedAt = now;
        if (change.Role is { } role && role != user.Role)
        {
            db.Note(now, actor, UserActions.RoleChanged, user.Username, $"{user.Role} to {role}");
            user.Role = role;
            db.EndTokens(user, SessionEnds.RoleChanged, now, options);
        }

        if (hash is not null)
        {
            user.PasswordHash = hash;
            user.PasswordFromSettings = false;
            db.Note(now, actor, UserActions.PasswordReset, user.Username);
            await db.EndAllAsync(user, SessionEnds.PasswordChanged, now, options, null, cancellationToken);
        }

        if (change.Disabled is { } disabled && disabled != user.Disabled)
        {
            user.Disabled = disabled;
            db.Note(now, actor, disabled ? UserActions.Disabled : UserActions.Enabled, user.Username);
            if (disabled)
            {
                await db.EndAllAsync(user, SessionEnds.UserDisabled, now, options, null, cancellationToken);
            }
        }
    }

    private static Task<Results<NoContent, NotFoundError, ConflictError>> DeleteAsync(
        HttpContext http, UserChanges changes, LoginOptions options, Guid id, CancellationToken cancellationToken) =>
        changes.RunAsync<Results<NoContent, NotFoundError, ConflictError>>(async (db, now) =>
        {
            if (await db.Users.SingleOrDefaultAsync(u => u.Id == id, cancellationToken) is not { } user)
            {
                return RestError.NotFound(id);
            }

            if (user is { Role: Roles.Admin, Disabled: false } && await IsLastAdminAsync(db, user, cancellationToken))
            {
                return LastAdmin(user);
            }

            await db.EndAllAsync(user, SessionEnds.UserDeleted, now, options, null, cancellationToken);
            db.Users.Remove(user);
            db.Note(now, Actor.Of(http), UserActions.Deleted, user.Username, user.Role);
            return TypedResults.NoContent();
        }, cancellationToken);

    private static async Task<Results<Ok<LoginResponse>, RestError, NotFoundError, ConflictError, TooManyError>> ChangeOwnPasswordAsync(
        HttpContext http, RestBody<OwnPassword> asked, DashboardDb own, UserChanges changes, SignIn signIn, SessionStore sessions, LoginGuard guard,
        LoginOptions options, HashQueue hashes, IPasswordHasher<User> hasher,
        CancellationToken cancellationToken)
    {
        if (!asked.TryRead(Read, out var body, out var refusal))
        {
            return refusal;
        }

        if (await own.FindAsync(http.User, cancellationToken) is not { } user)
        {
            return NotMe(http.User.Identity?.Name);
        }

        // Who found a page open must not find the password out with it.
        var line = LineOf(http);
        if (guard.TryBegin(line, user.Username) is { } wait)
        {
            return SignInEndpoint.TryLater("too_many_attempts", "current_password", wait);
        }

        string hash;
        try
        {
            using var place = hashes.TryEnter(line, isKnown: true);
            if (place is null)
            {
                guard.Undo(line, user.Username);
                return SignInEndpoint.TryLater("busy", "$", HashQueue.Busy);
            }

            if (!await signIn.IsRightAsync(place, user, body.CurrentPassword, cancellationToken))
            {
                return RestError.Invalid("current_password", "the password that is good now", "");
            }

            guard.Succeeded(line, user.Username);
            hash = await place.RunAsync(() => hasher.Hash(body.NewPassword), cancellationToken);
        }
        catch (Exception)
        {
            guard.Undo(line, user.Username);
            throw;
        }

        var session = SessionsApi.SessionOf(http.User);
        var done = await changes.RunAsync(async (db, now) =>
        {
            if (await db.Users.SingleOrDefaultAsync(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash, cancellationToken) is not { } found)
            {
                return false;
            }

            found.PasswordHash = hash;
            found.PasswordFromSettings = false;
            found.UpdatedAt = now;
            await db.EndAllAsync(found, SessionEnds.PasswordChanged, now, options, session, cancellationToken);
            db.Note(now, Actor.Of(http), UserActions.PasswordChanged, found.Username);
            return true;
        }, cancellationToken);
        return done && session is { } id && await sessions.RenewAsync(id, cancellationToken) is { } token
            ? TypedResults.Ok(new LoginResponse(token.Token, token.ExpiresIn))
            : RestError.Conflict("$", "unchanged since it was read; sign in again", user.Username);
    }

    /// <summary>Who is signed in waits behind oneself only.</summary>
    private static string LineOf(HttpContext http) => $"user {http.User.Identity?.Name}";

    private static NewUser Read(RestBody<NewUser> body) => new(
        Name(body.Fields)!,
        body.Fields.Line("password", Passwords.MaxLength, Passwords.MinLength, required: true)!,
        body.Fields.OneOf("role", true, [.. Roles.All])!);

    private static UserChange Read(RestBody<UserChange> body) => new(
        body.Fields.Line("password", Passwords.MaxLength, Passwords.MinLength), body.Fields.OneOf("role", false, [.. Roles.All]), body.Fields.Flag("disabled"));

    private static OwnPassword Read(RestBody<OwnPassword> body) => new(
        body.Fields.Line("current_password", Passwords.MaxLength, 1, required: true)!,
        body.Fields.Line("new_password", Passwords.MaxLength, Passwords.MinLength, required: true)!);

    private static string? Name(FieldReader fields)
    {
        var name = fields.Line("username", User.MaxNameLength, 1, required: true);
        if (name is not null && name.Trim() != name)
        {
            fields.Fail("username", "no blanks at its ends");
            return null;
        }

        return name;
    }

    private static async Task<bool> IsLastAdminAsync(DashboardDb db, User user, CancellationToken cancellationToken) =>
        !await db.Users.AnyAsync(u => u.Role == Roles.Admin && !u.Disabled && u.Id != user.Id, cancellationToken);

    private static ConflictError LastAdmin(User user) => RestError.Conflict("id", "another administrator who may sign in", user.Username);

    /// <summary>Who asks is there no more.</summary>
    private static NotFoundError NotMe(string? name) => RestError.NotFound("id", "existing", name ?? "");
}
