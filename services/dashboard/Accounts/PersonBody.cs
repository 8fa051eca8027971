using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>Reads a body in which a password may stand as strictly as a frame. What was got is never said: it may be the password in the wrong place.</summary>
public static class PersonBody
{
    private const int MaxBytes = 16 * 1024;

    /// <summary>Runs <paramref name="read"/> over the body's fields; the second part is the answer to a body that breaks a rule.</summary>
    /// <param name="known">Every field that it may have.</param>
    public static async Task<(T? Value, IResult? Error)> ReadAsync<T>(HttpRequest request, string[] known, Func<FieldReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return (null, ApiError.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", new FieldError("Content-Type", "application/json", "")));
        }

        var buffer = new byte[MaxBytes + 1];
        var length = 0;
        for (int count; length < buffer.Length && (count = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0;)
        {
            length += count;
        }

        if (length > MaxBytes)
        {
            return (null, ApiError.Of(StatusCodes.Status413PayloadTooLarge, "payload_too_large", new FieldError("$", $"at most {MaxBytes} bytes", "")));
        }

        var errors = new List<FieldError>();
        using var document = StrictJson.Parse(buffer.AsMemory(0, length), "$", errors);
        if (document is not null && document.RootElement.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new("$", "JSON object", ""));
        }

        if (document is null || errors.Count > 0)
        {
            return (null, Refused(errors));
        }

        var fields = new FieldReader(document.RootElement, "", errors);
        fields.OnlyKnown(known);
        var value = read(fields);
        return errors.Count == 0 ? (value, null) : (null, Refused(errors));
    }

    private static IResult Refused(List<FieldError> errors) =>
        ApiError.Of(StatusCodes.Status400BadRequest, "validation_error", [.. errors.Select(e => new FieldError(e.Path, e.Rule, ""))]);
}
