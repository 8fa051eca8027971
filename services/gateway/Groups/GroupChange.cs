using System.Text.RegularExpressions;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Groups;

/// <summary>Body of POST and PATCH; what is absent keeps its value, or its default on POST.</summary>
public sealed partial record GroupChange(
    string? Name,
    string? Market,
    string? Symbol,
    string? Interval,
    decimal? Leverage,
    decimal? MarginUsdt,
    string? PositionMode,
    bool? Active,
    bool? Hosted,
    IReadOnlyList<MemberChange>? Members)
{
    public static readonly string[] Fields = ["name", "market", "symbol", "interval", "leverage", "margin_usdt", "position_mode", "active", "hosted", "members"];

    private static readonly string[] MemberFields = ["name", "role", "provider", "model", "system_prompt"];

    private const int MaxMembers = 32;
    private const int MaxPrompt = 32 * 1024;

    public static GroupChange Read(FieldReader fields, bool isNew)
    {
        var name = Matching(fields, "name", 100, isNew, Label(), "letters, digits and _.- only, beginning with a letter or digit");
        var symbol = Matching(fields, "symbol", 32, isNew, Label(), "letters, digits and _.- only, beginning with a letter or digit");
        var margin = fields.Amount("margin_usdt");
        if (margin == 0)
        {
            fields.Fail("margin_usdt", "greater than 0", "0");
        }

        return new(
            name,
            Matching(fields, "market", 32, false, Label(), "letters, digits and _.- only, beginning with a letter or digit"),
            symbol?.ToUpperInvariant(),
            Matching(fields, "interval", 8, false, Span(), "a number and s, m, h, d or w, such as 15m"),
            fields.Amount("leverage", 1, 125),
            margin,
            fields.OneOf("position_mode", false, "oneway", "hedge"),
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

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.\-]*\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[1-9][0-9]{0,3}[smhdw]\z")]
    private static partial Regex Span();
}

/// <summary>One member as it was sent.</summary>
public sealed record MemberChange(string Name, string Role, string Provider, string Model, string SystemPrompt);
