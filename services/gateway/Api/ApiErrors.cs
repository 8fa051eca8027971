using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Api;

public static class ApiErrors
{
    public static JsonHttpResult<ApiError> Validation(string path, string rule, string got) => Validation([new FieldError(path, rule, FieldError.Shorten(got))]);

    public static JsonHttpResult<ApiError> Validation(IReadOnlyList<FieldError> errors) =>
        TypedResults.Json(new ApiError(ReplyMessages.ValidationError, errors), statusCode: StatusCodes.Status400BadRequest);

    public static JsonHttpResult<ApiError> TooLarge(int most) =>
        TypedResults.Json(new ApiError(ApiError.TooLarge, [new("$", $"at most {most} bytes", "more")]), statusCode: StatusCodes.Status413PayloadTooLarge);

    public static JsonHttpResult<ApiError> NotFound(Guid id) => NotFound("id", "existing", id.ToString());

    public static JsonHttpResult<ApiError> NotFound(string path, string rule, string got) =>
        TypedResults.Json(new ApiError("not_found", [new(path, rule, FieldError.Shorten(got))]), statusCode: StatusCodes.Status404NotFound);

    public static JsonHttpResult<ApiError> Conflict(string path, string rule, string got) =>
        TypedResults.Json(new ApiError("conflict", [new(path, rule, FieldError.Shorten(got))]), statusCode: StatusCodes.Status409Conflict);

    /// <summary><paramref name="got"/> is never the credential itself.</summary>
    public static JsonHttpResult<ApiError> Unauthorized(string got, string path, string rule) =>
        TypedResults.Json(new ApiError("unauthorized", [new(path, rule, got)]), statusCode: StatusCodes.Status401Unauthorized);

    /// <summary>The caller sets Retry-After.</summary>
    public static JsonHttpResult<ApiError> TooMany(string path, string rule) =>
        TypedResults.Json(new ApiError(ReplyMessages.RateLimited, [new(path, rule, "more")]), statusCode: StatusCodes.Status429TooManyRequests);

    public static JsonHttpResult<ApiError> Unavailable(string rule) =>
        TypedResults.Json(new ApiError(ReplyMessages.Unavailable, [new("$", rule, "")]), statusCode: StatusCodes.Status503ServiceUnavailable);

    /// <summary>Saves; a taken name or a change that came in between is the caller's to see, everything else is not.</summary>
    public static async Task<IResult?> SaveAsync(DbContext db, string name, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Conflict("$", "unchanged since it was read; try again", name);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return Conflict("name", "unique", name);
        }
    }
}

/// <summary>Reads a request body as strictly as a frame.</summary>
public static class RequestBody
{
    private const int MaxBytes = 512 * 1024;

    /// <summary>Runs <paramref name="read"/> over the body's fields; the second part is the answer to a body that breaks a rule.</summary>
    /// <param name="known">Every field that it may have.</param>
    public static async Task<(T? Value, IResult? Error)> ReadAsync<T>(HttpRequest request, string[] known, Func<FieldReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + count > MaxBytes)
            {
                return (null, ApiErrors.TooLarge(MaxBytes));
            }

            body.Write(buffer, 0, count);
        }

        var errors = new List<FieldError>();
        using var document = StrictJson.Parse(body.GetBuffer().AsMemory(0, (int)body.Length), "$", errors);
        if (document is null)
        {
            return (null, ApiErrors.Validation(errors));
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return (null, ApiErrors.Validation("$", "JSON object", document.RootElement.GetRawText()));
        }

        var fields = new FieldReader(document.RootElement, "", errors);
        fields.OnlyKnown(known);
        var value = read(fields);
        return errors.Count == 0 ? (value, null) : (null, ApiErrors.Validation(errors));
    }
}
