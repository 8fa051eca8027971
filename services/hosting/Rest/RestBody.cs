using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>
/// A request's body, read as strictly as a frame: JSON, no unknown field, no duplicate, no null that says nothing, nothing deeper or larger than it
/// should be. It is read into one buffer that is zeroed, and where a secret could stand nothing of it is repeated in an error.
/// </summary>
public abstract class RestBody : IDisposable
{
    /// <summary>In the place of what must not be repeated.</summary>
    public const string Hidden = "hidden";

    private const int FirstBytes = 16 * 1024;
    private const int LongestName = 40;
    private const int LongestQuoted = 16;

    private readonly BodyShape _shape;
    private readonly List<FieldError> _faults = [];
    private byte[] _buffer = [];
    private JsonDocument? _document;
    private RestError? _unread;

    private protected RestBody(BodyShape shape) => _shape = shape;

    /// <summary>The fields, whose faults are the body's.</summary>
    public FieldReader Fields => new(Json, "", _faults);

    /// <summary>The whole. Not to be kept: it is gone when the body has been read.</summary>
    public JsonElement Json => _document!.RootElement;

    /// <summary>What is wrong so far.</summary>
    public List<FieldError> Faults => _faults;

    /// <summary>Its fields can be looked at, whatever is wrong with some of them.</summary>
    private protected bool IsObject => _unread is null && _document is { RootElement.ValueKind: JsonValueKind.Object };

    private bool IsSecret => _shape.Terms.Quotes != BodyQuotes.All;

    /// <summary>There, and not null.</summary>
    public bool Has(string name) => Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public void Fail(string path, string rule, string got = Hidden) => _faults.Add(new(path, rule, FieldError.Shorten(got)));

    /// <summary>Printable ASCII as its bytes, never a string; null when absent or wrong. What was sent is in no error.</summary>
    public byte[]? Secret(string name, int least, int most)
    {
        if (!Has(name))
        {
            return null;
        }

        var rule = $"{least} to {most} printable ASCII characters without blanks";
        var value = Json.GetProperty(name);
        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(name, rule);
            return null;
        }

        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(value));
        reader.Read();
        Span<byte> text = stackalloc byte[FirstBytes];
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
        _document = null;
        CryptographicOperations.ZeroMemory(_buffer);
        GC.SuppressFinalize(this);
    }

    /// <summary>Null while no rule was broken.</summary>
    private protected RestError? Refusal => _unread ?? (_faults.Count == 0 ? null : RestError.Invalid([.. _faults.Select(Repeated)]));

    private protected async Task ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var terms = _shape.Terms;
        var length = await FillAsync(request, terms.MaxBytes, cancellationToken);
        if (length == 0 && terms.MayBeAbsent)
        {
            _document = JsonDocument.Parse("{}");
            return;
        }

        // Nothing has no type; it is no JSON either, which is what is said of it.
        _unread = length > 0 && !request.HasJsonContentType() ? RestError.NotJson(request.ContentType) : length > terms.MaxBytes ? RestError.TooLarge(terms.MaxBytes) : null;
        if (_unread is not null)
        {
            return;
        }

        var faults = new List<FieldError>();
        _document = StrictJson.Parse(_buffer.AsMemory(0, length), "$", faults);
        if (_document is not null && Json.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new("$", "JSON object", FieldError.Shorten(Json.GetRawText())));
        }
        else if (_document is not null)
        {
            BodyFields.Check(Json, "", _shape.Known, faults, _shape.MayBeNull);
        }

        // What is broken may break off inside a secret, and what is unknown may be one, its name as well.
        _faults.AddRange(IsSecret ? faults.Select(f => new FieldError(IsName(f.Path) ? f.Path : "$", f.Rule, Hidden)) : faults);
    }

    /// <summary>Reads at most one byte more than the body may have.</summary>
    private async Task<int> FillAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        // Pinned memory is given back late: a flood of small bodies takes no more of it than they are long.
        _buffer = Room((int)Math.Min(request.ContentLength ?? FirstBytes, Math.Min(FirstBytes, most)) + 1);
        var length = 0;
        for (int count; (count = await request.Body.ReadAsync(_buffer.AsMemory(length), cancellationToken)) > 0;)
        {
            length += count;
            if (length > most)
            {
                break;
            }

            if (length == _buffer.Length)
            {
                var larger = Room((int)Math.Min(2L * length, most + 1L));
                _buffer.AsSpan(0, length).CopyTo(larger);
                CryptographicOperations.ZeroMemory(_buffer);
                _buffer = larger;
            }
        }

        return length;
    }

    /// <summary>What is zeroed must not have been moved by the collector before, and left a copy behind.</summary>
    private byte[] Room(int bytes) => GC.AllocateUninitializedArray<byte>(bytes, pinned: IsSecret);

    private FieldError Repeated(FieldError fault) => _shape.Terms.Quotes switch
    {
        BodyQuotes.All => fault,
        // It may be a key in the wrong field.
        BodyQuotes.Short => fault.Got.Length > LongestQuoted ? fault with { Got = Hidden } : fault,
        _ => fault with { Got = Hidden },
    };

    private static bool IsName(string text) => text.Length is > 0 and <= LongestName && text.All(c => char.IsAsciiLetterLower(c) || c is '_' or '$' or '.');
}

/// <summary>
/// A handler's parameter: the request's body as <typeparamref name="T"/> describes it. The OpenAPI document has it from there, and so has the route
/// which content type it takes.
/// </summary>
/// <typeparam name="T">Its properties are the fields, <see cref="NoNullsAttribute"/> says which may be null, <see cref="BodyTermsAttribute"/> how it
/// is read.</typeparam>
public sealed class RestBody<T> : RestBody, IBindableFromHttpContext<RestBody<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    private static readonly BodyShape Shape = BodyShape.Of(typeof(T));

    private RestBody()
        : base(Shape)
    {
    }

    static async ValueTask<RestBody<T>?> IBindableFromHttpContext<RestBody<T>>.BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var body = new RestBody<T>();
        context.Response.RegisterForDispose(body);
        await body.ReadAsync(context.Request, context.RequestAborted);
        return body;
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), Shape.Terms.MayBeAbsent));

    /// <summary>
    /// Makes something of the body, which is gone after that. False with the answer where a rule is broken, by the body itself or for
    /// <paramref name="read"/>, which fails what it finds.
    /// </summary>
    public bool TryRead<TValue>(Func<RestBody<T>, TValue> read, [NotNullWhen(true)] out TValue? value, [NotNullWhen(false)] out RestError? refusal)
        where TValue : notnull
    {
        value = default;
        refusal = IsObject ? null : Refusal;
        if (refusal is not null)
        {
            Dispose();
            return false;
        }

        // Whoever misspelt one field hears of the others as well, of each once.
        var made = ReadOnce(read);
        refusal = Refusal;
        Dispose();
        if (refusal is not null)
        {
            // Half of a secret is one, too.
            (made as IDisposable)?.Dispose();
            return false;
        }

        value = made;
        return true;
    }

    private TValue ReadOnce<TValue>(Func<RestBody<T>, TValue> read)
    {
        var (told, count) = (Faults.Select(f => f.Path).ToHashSet(StringComparer.Ordinal), Faults.Count);
        var made = read(this);
        var more = Faults.Skip(count).Where(f => !told.Contains(f.Path)).ToList();
        Faults.RemoveRange(count, Faults.Count - count);
        Faults.AddRange(more);
        return made;
    }
}
