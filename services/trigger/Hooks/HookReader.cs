using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Hooks;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Hooks;

/// <summary>Reads a hook and fails what breaks a rule by the path of its field, all of it at once. What it returns is whole only where nothing failed.</summary>
public static partial class HookReader
{
    public const int DefaultRate = 60;
    public const int DefaultMaxAgeS = 300;

    private const int LongestText = 500;
    private const int LongestName = 60;
    private const int MostPayload = 20;
    private const int MostTags = 20;
    private const int MostFields = 50;
    private const int MostExpectedMinutes = 3 * 24 * 60;

    private static readonly string[] DocumentFields = BodyShape.FieldsOf<HookDocument>();
    private static readonly string[] AuthFields = BodyShape.FieldsOf<HookAuth>();

    public static HookDocument Read(FieldReader fields)
    {
        fields.OnlyKnown(DocumentFields);
        var name = fields.Line("name", LongestName, 1, required: true);
        // An address has nothing that begins so but a secret, which is taken out of it.
        if (name is not null && (!Label().IsMatch(name) || name.StartsWith("wh_", StringComparison.Ordinal)))
        {
            fields.Fail("name", "small letters, digits and _ only, beginning with a letter, not with wh_", name);
        }

        var format = fields.OneOf("format", required: false, [.. HookWords.Formats]);
        var auth = fields.Object("auth", required: true) is { } inner ? Auth(inner) : null;
        if (auth is { Kind: HookWords.Body } && format == HookWords.Text)
        {
            fields.Fail("format", "not text where the secret is a field of the body", format);
        }

        var time = FieldPath(fields, "time");
        if (time is null && fields.Has("max_age_s"))
        {
            fields.Fail("max_age_s", "only with time");
        }

        return new(
            name ?? "",
            auth ?? new HookAuth(HookWords.Path),
            fields.Texts("targets", 1, FieldLimits.Items, FieldLimits.Label, required: true),
            Template(fields, "title", required: true) ?? "",
            fields.Text("description", LongestText),
            fields.Flag("enabled"),
            format,
            Payload(fields),
            fields.Whole("priority", FieldLimits.MinPriority, FieldLimits.MaxPriority),
            fields.Has("tags") ? fields.Texts("tags", 1, MostTags, FieldLimits.Label, required: false) : null,
            Template(fields, "key", required: false),
            FieldPaths(fields, "required"),
            FieldPaths(fields, "numbers"),
            time,
            fields.Whole("max_age_s", 1, 86_400),
            fields.Whole("rate_per_minute", 1, 10_000),
            fields.Whole("expected_every_minutes", 1, MostExpectedMinutes));
    }

    private static HookAuth? Auth(FieldReader fields)
    {
        fields.OnlyKnown(AuthFields);
        if (fields.OneOf("kind", required: true, [.. HookWords.Kinds]) is not { } kind)
        {
            return null;
        }

        if (kind != HookWords.Body)
        {
            Refuse(fields, kind, "field");
        }

        if (kind != HookWords.Hmac)
        {
            Refuse(fields, kind, "header", "encoding", "prefix", "timestamp_header", "tolerance_s");
        }

        if (!fields.Has("timestamp_header"))
        {
            Refuse(fields, "no timestamp_header", "tolerance_s");
        }

        var field = fields.Line("field", LongestName, 1, required: kind == HookWords.Body);
        if (field?.Contains('.', StringComparison.Ordinal) == true)
        {
            fields.Fail("field", "a field of the body itself, without dots", field);
        }

        return new(
            kind,
            field,
            Header(fields, "header", kind == HookWords.Hmac),
            fields.OneOf("encoding", required: false, [.. HookWords.Encodings]),
            fields.Line("prefix", 20, 1),
            Header(fields, "timestamp_header", required: false),
            fields.Whole("tolerance_s", 1, 3600));
    }

    private static string? Header(FieldReader fields, string name, bool required)
    {
        var header = fields.Line(name, 64, 1, required);
        if (header is not null && !HookHeaders.MayCarry(header))
        {
            fields.Fail(name, HookHeaders.Rule, header);
        }

        return header;
    }

    private static string? Template(FieldReader fields, string name, bool required)
    {
        var text = fields.Line(name, LongestText, 1, required);
        if (text is not null && HookText.Fault(text) is { } fault)
        {
            fields.Fail(name, fault, text);
        }

        return text;
    }

    private static IReadOnlyList<string>? FieldPaths(FieldReader fields, string name)
    {
        if (!fields.Has(name))
        {
            return null;
        }

        var paths = fields.Texts(name, 1, MostFields, LongestText, required: false);
        for (var i = 0; i < paths.Count; i++)
        {
            if (!IsPath(paths[i]))
            {
                fields.Fail($"{name}[{i}]", "a field's name, or names between dots", paths[i]);
            }
        }

        return paths;
    }

    private static string? FieldPath(FieldReader fields, string name)
    {
        var path = fields.Line(name, LongestText, 1);
        if (path is not null && !IsPath(path))
        {
            fields.Fail(name, "a field's name, or names between dots", path);
        }

        return path;
    }

    private static bool IsPath(string path) => path.Split('.').All(p => p.Trim().Length > 0);

    private static Dictionary<string, string>? Payload(FieldReader fields)
    {
        if (fields.Raw("payload", JsonValueKind.Object) is not { } raw || fields.Object("payload") is not { } inner)
        {
            return null;
        }

        using var json = JsonDocument.Parse(raw);
        var names = json.RootElement.EnumerateObject().Select(p => p.Name).ToList();
        if (names.Count > MostPayload)
        {
            fields.Fail("payload", $"at most {MostPayload} fields", string.Create(CultureInfo.InvariantCulture, $"{names.Count} fields"));
            return null;
        }

        var payload = new Dictionary<string, string>();
        foreach (var name in names)
        {
            if (!Label().IsMatch(name) || name.Length > LongestName)
            {
                inner.Fail(name, "a name of small letters, digits and _, beginning with a letter");
            }
            else if (HookWords.PayloadFields.Contains(name))
            {
                inner.Fail(name, "a name that an event's payload does not have already");
            }
            else if (Template(inner, name, required: true) is { } text)
            {
                payload[name] = text;
            }
        }

        return payload;
    }

    private static void Refuse(FieldReader fields, string beside, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields.Has(name))
            {
                fields.Fail(name, $"not with {beside}");
            }
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")]
    private static partial Regex Label();
}
