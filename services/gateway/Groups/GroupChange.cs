using System.Text.RegularExpressions;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Groups;

/// <summary>Body of POST, which needs <c>Name</c> and <c>Symbol</c>, and PATCH; what is absent keeps its value, or its default on POST.</summary>
/// <param name="Name">Letters, digits and _.- only, beginning with a letter or digit; at most 100, and unique.</param>
/// <param name="Market">Letters, digits and _.- only; at most 32. crypto where it is left out of POST.</param>
/// <param name="Symbol">The instrument, such as BTCUSDT; kept in capitals.</param>
/// <param name="Interval">A number and s, m, h, d or w; 15m where it is left out of POST.</param>
/// <param name="Leverage">1 to 125; 10 where it is left out of POST.</param>
/// <param name="MarginUsdt">Margin for each position in USDT, above 0; 100 where it is left out of POST.</param>
/// <param name="PositionMode">oneway where it is left out of POST; as the account has it that trades for the group.</param>
/// <param name="Active">Whether its decisions are taken; true where it is left out of POST.</param>
/// <param name="Hosted">Whether the system itself decides for it; false where it is left out of POST.</param>
/// <param name="Members">All of them, at most 32: those there were are replaced.</param>
[BodyTerms(MaxBytes = 512 * 1024)]
[NoNulls]
public sealed partial record GroupChange(
    string? Name = null,
    string? Market = null,
    string? Symbol = null,
    string? Interval = null,
    decimal? Leverage = null,
    decimal? MarginUsdt = null,
    [property: Words(typeof(GroupChange), nameof(GroupChange.PositionModes))] string? PositionMode = null,
    bool? Active = null,
    bool? Hosted = null,
    IReadOnlyList<MemberChange>? Members = null)
{
    public static readonly string[] PositionModes = ["oneway", "hedge"];

    private static readonly string[] MemberFields = BodyShape.FieldsOf<MemberChange>();

    private const int MaxMembers = 32;
    private const int MaxPrompt = 32 * 1024;

    public static GroupChange Read(FieldReader fields, bool isNew)
    {
        var name = Matching(fields, "name", 100, isNew, GroupLabels.Label(), "letters, digits and _.- only, beginning with a letter or digit");
        var symbol = Matching(fields, "symbol", 32, isNew, GroupLabels.Label(), "letters, digits and _.- only, beginning with a letter or digit");
        var margin = fields.Amount("margin_usdt");
        if (margin == 0)
        {
            fields.Fail("margin_usdt", "greater than 0", "0");
        }

        return new(
            name,
            Matching(fields, "market", 32, false, GroupLabels.Label(), "letters, digits and _.- only, beginning with a letter or digit"),
            symbol?.ToUpperInvariant(),
            Matching(fields, "interval", 8, false, Span(), "a number and s, m, h, d or w, such as 15m"),
            fields.Amount("leverage", 1, 125),
            margin,
            fields.OneOf("position_mode", false, PositionModes),
            fields.Flag("active"),
            fields.Flag("hosted"),
            fields.Objects("members", MaxMembers)?.Select(MemberOf).ToList());
    }

    public void ApplyTo(GroupRow group)
    {
        group.Name = Name ?? group.Name;
        group.Market = Market ?? group.Market;
        group.Symbol = Symbol ?? group.Symbol;
        group.Interval = Interval ?? group.Interval;
        group.Leverage = Leverage ?? group.Leverage;
        group.MarginUsdt = MarginUsdt ?? group.MarginUsdt;
        group.PositionMode = PositionMode ?? group.PositionMode;
        group.Active = Active ?? group.Active;
        group.Hosted = Hosted ?? group.Hosted;
    }

    private static MemberChange MemberOf(FieldReader fields)
    {
        fields.OnlyKnown(MemberFields, "provider", "model", "system_prompt");
        return new(
            fields.Line("name", 100, 1, required: true) ?? "",
            fields.Line("role", 100, 1, required: true) ?? "",
            fields.Text("provider", 100) ?? "",
            fields.Text("model", 200) ?? "",
            fields.Text("system_prompt", MaxPrompt) ?? "");
    }

    private static string? Matching(FieldReader fields, string name, int max, bool required, Regex pattern, string rule)
    {
        var text = fields.Text(name, max, 1, required);
        if (text is not null && !pattern.IsMatch(text))
        {
            fields.Fail(name, rule, text);
        }

        return text;
    }

    [GeneratedRegex(@"^[1-9][0-9]{0,3}[smhdw]\z")]
    private static partial Regex Span();
}

/// <summary>One member as it was sent.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Role">1 to 100 characters, such as technical_analyst or group_leader.</param>
/// <param name="Provider">At most 100 characters; nothing where it is left out.</param>
/// <param name="Model">At most 200 characters; nothing where it is left out.</param>
/// <param name="SystemPrompt">At most 32768 characters; nothing where it is left out.</param>
public sealed record MemberChange(string Name, string Role, string Provider = "", string Model = "", string SystemPrompt = "");
