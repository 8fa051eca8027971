using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>A request body, read as strictly as a frame: no unknown field, no duplicate, nothing deeper than it should be.</summary>
internal sealed class ControlBody : IDisposable
{
    private const int MaxBytes = 128 * 1024;
    private const int MaxReason = 500;

    private readonly JsonDocument? _document;
    private bool _tooLarge;

    private ControlBody(JsonDocument? document, List<FieldError> errors) => (_document, Errors) = (document, errors);

    public List<FieldError> Errors { get; }

    public JsonElement Json => _document!.RootElement;

    public FieldReader Fields => new(Json, "", Errors);

    public IResult? Error => Errors.Count == 0 ? null : _tooLarge ? ApiError.Of(StatusCodes.Status413PayloadTooLarge, ApiError.TooLarge, Errors) : Validation(Errors);

    /// <param name="known">Null where the caller looks for unknown fields itself.</param>
    /// <param name="mayBeNull">Of them, where null is a word of its own; beside those where it says the same as nothing.</param>
    public static async Task<ControlBody> ReadAsync(HttpRequest request, string[]? known, CancellationToken cancellationToken, string[]? mayBeNull = null)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var errors = new List<FieldError>();
        for (int count; (count = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + count > MaxBytes)
            {
                errors.Add(new("$", $"at most {MaxBytes} bytes", "more"));
                return new(null, errors) { _tooLarge = true };
            }

            body.Write(buffer, 0, count);
        }

        var document = StrictJson.Parse(body.ToArray(), "$", errors);
        if (document is not null && document.RootElement.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new("$", "JSON object", FieldError.Shorten(document.RootElement.GetRawText())));
        }
        else if (document is not null && known is not null)
        {
            BodyFields.Check(document.RootElement, "", known, errors, ["id", "reason", "after_s", .. mayBeNull ?? []]);
        }

        return new(document, errors);
    }

    /// <summary>What the person says about it; at most 500 characters.</summary>
    public string? Reason(bool required = true) => Fields.Text("reason", MaxReason, required ? 1 : 0, required);

    /// <summary><c>scope</c> and, except for the system, <c>id</c>.</summary>
    public ControlScope Scope()
    {
        var fields = Fields;
        var scope = fields.OneOf("scope", required: true, ControlWords.Scopes);
        if (scope == ControlWords.System)
        {
            if (fields.Has("id"))
            {
                fields.Fail("id", "nothing for the system");
            }

            return ControlScope.System;
        }

        return new(scope ?? "", fields.Uuid("id", required: scope is not null) ?? Guid.Empty);
    }

    public static IResult Validation(IReadOnlyList<FieldError> errors) =>
        ApiError.Validation(errors);

    public static IResult NotFound(string path, Guid id) =>
        ApiError.Of(StatusCodes.Status404NotFound, "not_found", [new(path, "existing", id.ToString())]);

    public static IResult Conflict(string path, string rule, string got) =>
        ApiError.Of(StatusCodes.Status409Conflict, "conflict", [new(path, rule, got)]);

    public void Dispose() => _document?.Dispose();
}
