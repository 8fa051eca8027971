using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Trigger.News;

/// <summary>Reads what somebody wants a feed to be and fails what breaks a rule by the path of its field, all of it at once.</summary>
public static partial class NewsFeedReader
{
    public const int LeastInterval = 60;

    private const int MostInterval = 86_400;
    private const int MostSymbols = 20;
    private const int MostAliases = 50;
    private const int MostNames = 20;
    private const int LongestAlias = 60;

    private static readonly string[] Fields = BodyShape.FieldsOf<NewsFeedDocument>();

    /// <param name="gate">Says which addresses may be called. A name is looked up when it is called, and refused then.</param>
    public static NewsFeedDocument Read(FieldReader fields, OutboundGate gate)
    {
        fields.OnlyKnown(Fields);
        var name = fields.Line("name", 60, 1, required: true);
        if (name is not null && !Label().IsMatch(name))
        {
            fields.Fail("name", "small letters, digits and _ only, beginning with a letter", name);
        }

        return new(
            name ?? "",
            Address(fields, gate),
            fields.Flag("enabled"),
            fields.Whole("interval_s", LeastInterval, MostInterval),
            fields.Whole("priority", FieldLimits.MinPriority, FieldLimits.MaxPriority),
            fields.Has("targets") ? Lines(fields, "targets", FieldLimits.Items, FieldLimits.Label) : null,
            fields.Has("symbols") ? Symbols(fields) : null,
            Aliases(fields),
            fields.Has("tags") ? Lines(fields, "tags", MostSymbols, Story.LongestTag) : null);
    }

    private static string Address(FieldReader fields, OutboundGate gate)
    {
        const string Rule = "an absolute http or https address without a name and password";
        if (fields.Line("url", Story.LongestLink, 1, required: true) is not { } text)
        {
            return "";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !StoryLinks.IsWeb(url) || url.UserInfo.Length > 0 || url.Host.Length == 0)
        {
            // What was given may hold the password.
            fields.Fail("url", Rule, "another");
        }
        else if (IPAddress.TryParse(url.DnsSafeHost, out var address) && !gate.Allows(url.DnsSafeHost, address))
        {
            fields.Fail("url", "an address on the public internet, or one that OUTBOUND__ALLOWPRIVATE allows", url.Host);
        }

        return text;
    }

    private static IReadOnlyList<string> Lines(FieldReader fields, string name, int most, int longest)
    {
        var texts = fields.Texts(name, 1, most, longest, required: false);
        for (var i = 0; i < texts.Count; i++)
        {
            if (ControlCharacters.First(texts[i]) is { } got)
            {
                fields.Fail($"{name}[{i}]", ControlCharacters.Rule, got);
            }
        }

        return texts;
    }

    private static IReadOnlyList<string> Symbols(FieldReader fields)
    {
        var symbols = fields.Texts("symbols", 1, MostSymbols, 20, required: false);
        for (var i = 0; i < symbols.Count; i++)
        {
            if (!SymbolShape().IsMatch(symbols[i]) || symbols.Take(i).Contains(symbols[i]))
            {
                fields.Fail($"symbols[{i}]", "2 to 20 capital letters and digits, each symbol once", symbols[i]);
            }
        }

        return symbols;
    }

    private static Dictionary<string, IReadOnlyList<string>>? Aliases(FieldReader fields)
    {
        if (fields.Raw("aliases", JsonValueKind.Object) is not { } raw || fields.Object("aliases") is not { } inner)
        {
            return null;
        }

        using var json = JsonDocument.Parse(raw);
        var symbols = json.RootElement.EnumerateObject().Select(p => p.Name).ToList();
        if (symbols.Count > MostAliases)
        {
            fields.Fail("aliases", $"at most {MostAliases} symbols", string.Create(CultureInfo.InvariantCulture, $"{symbols.Count} symbols"));
            return null;
        }

        var aliases = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var symbol in symbols)
        {
            if (!SymbolShape().IsMatch(symbol))
            {
                inner.Fail(symbol, "a symbol of 2 to 20 capital letters and digits");
                continue;
            }

            var names = inner.Texts(symbol, 1, MostNames, LongestAlias, required: true);
            for (var i = 0; i < names.Count; i++)
            {
                if (names[i].Count(char.IsLetterOrDigit) < 2)
                {
                    inner.Fail($"{symbol}[{i}]", "a name with at least two letters or digits", names[i]);
                }
            }

            aliases[symbol] = names;
        }

        return aliases;
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[A-Z0-9]{2,20}\z")]
    private static partial Regex SymbolShape();
}
