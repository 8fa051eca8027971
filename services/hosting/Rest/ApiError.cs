using Microsoft.AspNetCore.Http;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>Body of every error.</summary>
/// <param name="Message">What kind of error: validation_error, unauthorized, forbidden, not_found, method_not_allowed, conflict, payload_too_large, unsupported_media_type, unavailable, internal_error.</param>
/// <param name="Detail">Which fields broke which rules.</param>
public sealed record ApiError(string Message, IReadOnlyList<FieldError> Detail)
{
    public const string ValidationError = "validation_error";
    public const string TooLarge = "payload_too_large";

    public static IResult Validation(IReadOnlyList<FieldError> errors) => Of(StatusCodes.Status400BadRequest, ValidationError, errors);

    public static IResult Of(int status, string message, params IReadOnlyList<FieldError> errors) => Results.Json(new ApiError(message, errors), statusCode: status);
}
