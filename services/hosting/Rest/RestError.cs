using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>
/// An error as an answer: its status and the one body. In a handler's <c>Results&lt;…&gt;</c> this type stands for the errors that every operation
/// has by what it is (400, 401 and 403 behind a role, 413 and 415 with a body, 503); those of one operation have types of their own, by which the
/// OpenAPI document knows them.
/// </summary>
public class RestError : IResult, IStatusCodeHttpResult, IValueHttpResult, IValueHttpResult<ApiError>
{
    internal const string PayloadTooLarge = "payload_too_large";
    internal const string UnsupportedType = "unsupported_media_type";

    private readonly int _status;
    private readonly ApiError _body;

    private protected RestError(int status, ApiError body) => (_status, _body) = (status, body);

    int? IStatusCodeHttpResult.StatusCode => _status;

    object? IValueHttpResult.Value => _body;

    ApiError? IValueHttpResult<ApiError>.Value => _body;

    /// <summary>When to try again; whole seconds of it are the header <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>400.</summary>
    public static RestError Invalid(IReadOnlyList<FieldError> faults) => new(StatusCodes.Status400BadRequest, new(ReplyMessages.ValidationError, faults));

    /// <inheritdoc cref="Invalid(IReadOnlyList{FieldError})"/>
    public static RestError Invalid(string path, string rule, string got) => Invalid([Fault(path, rule, got)]);

    /// <summary>403.</summary>
    public static ForbiddenError Forbidden(string path, string rule, string got) => new(new("forbidden", [Fault(path, rule, got)]));

    /// <summary>503.</summary>
    public static RestError Unavailable(string path, string rule, string got = "", TimeSpan? wait = null) =>
        new(StatusCodes.Status503ServiceUnavailable, new(ReplyMessages.Unavailable, [Fault(path, rule, got)])) { RetryAfter = wait };

    /// <summary>401, and what the caller is told of it. <paramref name="got"/> is never the credential itself.</summary>
    public static UnauthorizedError Unauthorized(string path, string rule, string got, string message = "unauthorized") => new(new(message, [Fault(path, rule, got)]));

    /// <summary>404: there is nothing of this id.</summary>
    public static NotFoundError NotFound(Guid id, string path = "id") => NotFound(path, "existing", id.ToString());

    /// <summary>404.</summary>
    public static NotFoundError NotFound(string path, string rule, string got) => new(new("not_found", [Fault(path, rule, got)]));

    /// <summary>409.</summary>
    /// <param name="code">Of <see cref="RestCodes"/>.</param>
    public static ConflictError Conflict(string path, string rule, string got, string? code = null, string message = "conflict") =>
        new(new(message, [Fault(path, rule, got)]) { Code = code });

    /// <summary>422: somebody else refused it, whose words <paramref name="got"/> are.</summary>
    public static UnprocessableError Unprocessable(string message, string code, string path, string rule, string got) =>
        new(new(message, [Fault(path, rule, got)]) { Code = code });

    /// <summary>429.</summary>
    public static TooManyError TooMany(string message, TimeSpan wait, string path, string rule, string got = "") =>
        new(new(message, [Fault(path, rule, got)])) { RetryAfter = wait };

    /// <summary>Any other status.</summary>
    public static RestError Of(int status, string message, string path, string rule, string got) => new(status, new(message, [Fault(path, rule, got)]));

    /// <summary>413.</summary>
    /// <param name="most">Bytes that would have been read.</param>
    public static RestError TooLarge(int most) => Of(StatusCodes.Status413PayloadTooLarge, PayloadTooLarge, "$", $"at most {most} bytes", "more");

    /// <summary>415.</summary>
    internal static RestError NotJson(string? type) =>
        Of(StatusCodes.Status415UnsupportedMediaType, UnsupportedType, "Content-Type", "application/json", string.IsNullOrEmpty(type) ? "nothing" : type);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (RetryAfter is { } wait)
        {
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return Results.Json(_body, statusCode: _status).ExecuteAsync(httpContext);
    }

    private static FieldError Fault(string path, string rule, string got) => new(path, rule, FieldError.Shorten(got));

    /// <summary>What a type of error says of each operation that may answer it.</summary>
    private protected static void Declare(EndpointBuilder builder, int status) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ApiError), ["application/json"]));
}

/// <summary>401 of a route that checks a credential of its own.</summary>
public sealed class UnauthorizedError : RestError, IEndpointMetadataProvider
{
    internal UnauthorizedError(ApiError body)
        : base(StatusCodes.Status401Unauthorized, body)
    {
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Declare(builder, StatusCodes.Status401Unauthorized);
}

/// <summary>403 of a route without a role.</summary>
public sealed class ForbiddenError : RestError, IEndpointMetadataProvider
{
    internal ForbiddenError(ApiError body)
        : base(StatusCodes.Status403Forbidden, body)
    {
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Declare(builder, StatusCodes.Status403Forbidden);
}

/// <summary>404.</summary>
public sealed class NotFoundError : RestError, IEndpointMetadataProvider
{
    internal NotFoundError(ApiError body)
        : base(StatusCodes.Status404NotFound, body)
    {
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Declare(builder, StatusCodes.Status404NotFound);
}

/// <summary>409.</summary>
public sealed class ConflictError : RestError, IEndpointMetadataProvider
{
    internal ConflictError(ApiError body)
        : base(StatusCodes.Status409Conflict, body)
    {
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Declare(builder, StatusCodes.Status409Conflict);
}

/// <summary>422.</summary>
public sealed class UnprocessableError : RestError, IEndpointMetadataProvider
{
    internal UnprocessableError(ApiError body)
        : base(StatusCodes.Status422UnprocessableEntity, body)
    {
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Declare(builder, StatusCodes.Status422UnprocessableEntity);
}

/// <summary>429, with when to try again.</summary>
public sealed class TooManyError : RestError, IEndpointMetadataProvider
{
    internal TooManyError(ApiError body)
        : base(StatusCodes.Status429TooManyRequests, body)
    {
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Declare(builder, StatusCodes.Status429TooManyRequests);
}
