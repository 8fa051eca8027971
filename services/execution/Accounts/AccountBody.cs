using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Execution.Accounts;

/// <summary>
/// A request body that may hold secrets: read into one buffer that is zeroed when it is disposed, and never quoted in an error where
/// a secret could stand.
/// </summary>
internal sealed class AccountBody : IDisposable
{
    private const int MaxBytes = 16 * 1024;
    private const int MaxFieldName = 40;
    private const int MostRepeated = 16;
    private const string Hidden = "hidden";

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(MaxBytes + 1, pinned: true);
    private readonly List<FieldError> _errors = [];
    private JsonDocument? _document;
    private bool _tooLarge;

    private AccountBody()
    {
    }

    public FieldReader Fields => new(_document!.RootElement, "", _errors);

    /// <summary>Null while no rule was broken. A value as long as a key is not repeated: it may be one in the wrong field.</summary>
    public IResult? Error => _tooLarge ? AccountErrors.TooLarge(MaxBytes) : _errors.Count == 0 ? null : AccountErrors.Validation([.. _errors.Select(e => e.Got.Length > MostRepeated ? e with { Got = Hidden } : e)]);

    /// <summary>The caller disposes it. Fields other than <paramref name="known"/> are errors.</summary>
    public static async Task<AccountBody> ReadAsync(HttpRequest request, string[] known, CancellationToken cancellationToken)
    {
        var body = new AccountBody();
        try
        {
            await body.ReadAsync(request.Body, known, cancellationToken);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Fail(string path, string rule, string got = Hidden) => _errors.Add(new(path, rule, FieldError.Shorten(got)));

    public bool Has(string name) =>
        _document?.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Printable ASCII as its bytes, never a string; null when absent or wrong. What was sent is in no error.</summary>
    public byte[]? Secret(string name, int least, int most)
    {
        if (!Has(name))
        {
            return null;
        }

        var rule = $"{least} to {most} printable ASCII characters without blanks";
        var value = _document!.RootElement.GetProperty(name);
        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(name, rule);
            return null;
        }

        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(value));
        reader.Read();
        Span<byte> text = stackalloc byte[MaxBytes];
        text = text[..reader.CopyString(text)];
        var fits = text.Length >= least && text.Length <= most && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');
        var secret = fits ? text.ToArray() : null;
        CryptographicOperations.ZeroMemory(text);
        if (secret is null)
        {
            Fail(name, rule);
        }

        return secret;
    }

    public void Dispose()
    {
        _document?.Dispose();
        CryptographicOperations.ZeroMemory(_buffer);
    }

    private async Task ReadAsync(Stream stream, string[] known, CancellationToken cancellationToken)
    {
        var length = 0;
        for (int count; length < _buffer.Length && (count = await stream.ReadAsync(_buffer.AsMemory(length), cancellationToken)) > 0;)
        {
            length += count;
        }

        if (length > MaxBytes)
        {
            _tooLarge = true;
            return;
        }

        var faults = new List<FieldError>();
        _document = StrictJson.Parse(_buffer.AsMemory(0, length), "$", faults);
        // A broken body may break off inside a secret.
        _errors.AddRange(faults.Select(f => new FieldError(IsName(f.Path) ? f.Path : "$", f.Rule, Hidden)));
        if (_document is null)
        {
            return;
        }

        if (_document.RootElement.ValueKind != JsonValueKind.Object)
        {
            Fail("$", "JSON object");
            return;
        }

        foreach (var field in _document.RootElement.EnumerateObject())
        {
            if (!known.Contains(field.Name))
            {
                Fail(IsName(field.Name) ? field.Name : "$", Nearest.Rule(field.Name, known));
            }
            else if (field.Value.ValueKind == JsonValueKind.Null)
            {
                Fail(field.Name, BodyFields.NotNull, "null");
            }
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= MaxFieldName && text.All(c => char.IsAsciiLetterLower(c) || c is '_' or '$' or '.');
}
