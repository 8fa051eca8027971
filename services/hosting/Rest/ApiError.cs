using System.Text.Json.Serialization;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>Body of every error. <see cref="RestError"/> answers it.</summary>
/// <param name="Message">
/// What kind of error: validation_error, unauthorized, forbidden, not_found, method_not_allowed, conflict, payload_too_large, unsupported_media_type,
/// unavailable, internal_error.
/// </param>
/// <param name="Detail">Which fields broke which rules.</param>
public sealed record ApiError(string Message, IReadOnlyList<FieldError> Detail)
{
    /// <summary>Which rule refused a change of an account or an order; left out everywhere else.</summary>
    [Words(typeof(RestCodes))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }
}
