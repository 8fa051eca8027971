using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;
using TradingSystem.Indicators;

namespace TradingSystem.Trigger.Rules;

/// <summary>Reads a rule and fails what breaks a rule by the path of its field, all of it at once. What it returns is whole only where nothing failed.</summary>
public static partial class RuleReader
{
    public const int MostConditions = 50;

    private const int MostSymbols = 50;
    private const int MostOfOne = 20;
    private const int Deepest = 8;
    private const int MostPayload = 20;
    private const int LongestText = 500;
    private const decimal Day = 86_400;

    private static readonly string[] DocumentFields = BodyShape.FieldsOf<RuleDocument>();
    private static readonly string[] ConditionFields = BodyShape.FieldsOf<RuleCondition>();
    private static readonly string[] OperandFields = BodyShape.FieldsOf<RuleOperand>();
    private static readonly string[] Kinds = ["all", "any", "not", "left"];
    private static readonly string[] Sources = ["value", "candle", "indicator"];

    public static RuleDocument Read(FieldReader fields)
    {
        fields.OnlyKnown(DocumentFields);
        var name = fields.Line("name", 60, 1, required: true);
        if (name is not null && !Label().IsMatch(name))
        {
            fields.Fail("name", "small letters, digits and _ only, beginning with a letter", name);
        }

        var interval = fields.Line("interval", 10, 1);
        if (interval is not null && !Length().IsMatch(interval))
        {
            fields.Fail("interval", "a length such as 1s, 1m, 15m, 1h or 1d", interval);
        }

        var read = 0;
        return new(
            name ?? "",
            Symbols(fields),
            fields.Object("when", required: true) is { } when ? Condition(when, 1, ref read) : new RuleCondition(),
            Template(fields, "title", required: true) ?? "",
            fields.Text("description", LongestText),
            fields.Flag("enabled"),
            interval,
            fields.Amount("cooldown_s", 0, 7 * Day),
            fields.Amount("debounce_s", 0, Day),
            fields.Whole("priority", FieldLimits.MinPriority, FieldLimits.MaxPriority),
            fields.Has("targets") ? fields.Texts("targets", 1, FieldLimits.Items, FieldLimits.Label, required: false) : null,
            fields.OneOf("direction", required: false, [.. RuleWords.Directions]),
            Payload(fields));
    }

    private static IReadOnlyList<string> Symbols(FieldReader fields)
    {
        var symbols = fields.Texts("symbols", 1, MostSymbols, 20, required: true);
        for (var i = 0; i < symbols.Count; i++)
        {
            var isAll = symbols[i] == RuleWords.EverySymbol;
            if (isAll && symbols.Count > 1)
            {
                fields.Fail($"symbols[{i}]", "* alone, for every symbol", symbols[i]);
            }
            else if (!isAll && !SymbolShape().IsMatch(symbols[i]))
            {
                fields.Fail($"symbols[{i}]", "2 to 20 capital letters and digits, or *", symbols[i]);
            }
            else if (symbols.Take(i).Contains(symbols[i]))
            {
                fields.Fail($"symbols[{i}]", "each symbol once", symbols[i]);
            }
        }

        return symbols;
    }

    private static RuleCondition Condition(FieldReader fields, int depth, ref int read)
    {
        fields.OnlyKnown(ConditionFields);
        if (++read == MostConditions + 1)
        {
            fields.Fail("", $"at most {MostConditions} conditions in a rule", "more");
        }

        if (read > MostConditions || depth > Deepest)
        {
            if (depth > Deepest)
            {
                fields.Fail("", $"at most {Deepest} conditions within each other", "more");
            }

            return new();
        }

        if (!One(fields, Kinds, out var kind))
        {
            return new();
        }

        foreach (var field in ConditionFields.Where(f => kind != "left" && f != kind && f != "for_s" && fields.Has(f)))
        {
            fields.Fail(field, $"not beside {kind}");
        }

        var lasts = fields.Amount("for_s", 1, Day);
        switch (kind)
        {
            case "all" or "any":
                var several = Several(fields, kind, depth, ref read);
                RuleCondition condition = kind == "all" ? new(All: several, ForS: lasts) : new(Any: several, ForS: lasts);
                if (lasts is not null && IsMoment(condition))
                {
                    fields.Fail("for_s", "not for what is true for one close only, as a cross");
                }

                return condition;
            case "not":
                return new(Not: fields.Object("not") is { } inner ? Condition(inner, depth + 1, ref read) : null, ForS: lasts);
            default:
                return Clause(fields, lasts);
        }
    }

    /// <summary>As <see cref="Rules.Condition.IsMoment"/>.</summary>
    private static bool IsMoment(RuleCondition condition) => condition switch
    {
        { All: { } all } => all.Any(IsMoment),
        { Any: { Count: > 0 } any } => any.All(IsMoment),
        { Op: { } op } => !RuleWords.Comparisons.Contains(op),
        _ => false,
    };

    private static List<RuleCondition> Several(FieldReader fields, string kind, int depth, ref int read)
    {
        var conditions = new List<RuleCondition>();
        if (fields.Objects(kind, MostOfOne) is not { } inner)
        {
            return conditions;
        }

        if (inner.Count == 0)
        {
            fields.Fail(kind, "at least one condition", "none");
        }

        foreach (var condition in inner)
        {
            conditions.Add(Condition(condition, depth + 1, ref read));
        }

        return conditions;
    }

    private static RuleCondition Clause(FieldReader fields, decimal? lasts)
    {
        var left = Operand(fields, "left");
        var op = fields.OneOf("op", required: true, [.. RuleWords.Ops]);
        if (op is null)
        {
            return new(Left: left);
        }

        var isMovement = RuleWords.Movements.Contains(op);
        RuleOperand? right = null;
        if (isMovement)
        {
            Refuse(fields, op, "right");
            if (left is { Candle: null })
            {
                fields.Fail("left", $"a field of the candle for {op}");
            }
            else if (left is { Candle: RuleWords.FundingRate })
            {
                fields.Fail("left.candle", $"a price or the volume for {op}: of a rate that may be below zero there are no per cent", RuleWords.FundingRate);
            }

            Require(fields, op, "by_pct", "within_s");
        }
        else
        {
            Refuse(fields, op, "by_pct", "within_s");
            Require(fields, op, "right");
            right = Operand(fields, "right");
        }

        if (!RuleWords.Comparisons.Contains(op))
        {
            Refuse(fields, op, "for_s");
        }

        var by = fields.Amount("by_pct", 0, 1000);
        if (by == 0)
        {
            fields.Fail("by_pct", "above 0");
        }

        return new(Left: left, Op: op, Right: right, ByPct: by, WithinS: fields.Amount("within_s", 1, Day), ForS: lasts);
    }

    private static RuleOperand? Operand(FieldReader within, string name)
    {
        if (within.Object(name) is not { } fields)
        {
            return null;
        }

        fields.OnlyKnown(OperandFields);
        if (!One(fields, Sources, out var kind))
        {
            return null;
        }

        if (kind == "value")
        {
            Refuse(fields, kind, "ago", "times", "output", "parameters");
            return new(Value: fields.Amount("value", -FieldLimits.MaxAmount));
        }

        var (ago, times) = (fields.Whole("ago", 0, 500), fields.Amount("times", -1000, 1000));
        if (kind == "candle")
        {
            Refuse(fields, kind, "output", "parameters");
            return new(Candle: fields.OneOf("candle", required: true, [.. RuleWords.CandleFields]), Ago: ago, Times: times);
        }

        var indicator = fields.OneOf("indicator", required: true, [.. RuleWords.Indicators]);
        if (indicator is null)
        {
            return null;
        }

        var definition = IndicatorList.All.Single(d => d.Name == indicator);
        return new(
            Indicator: indicator, Output: fields.OneOf("output", required: false, [.. definition.Outputs]), Parameters: Parameters(fields, definition), Ago: ago,
            Times: times);
    }

    private static Dictionary<string, decimal>? Parameters(FieldReader fields, IndicatorDefinition definition)
    {
        if (fields.Object("parameters") is not { } inner)
        {
            return null;
        }

        inner.OnlyKnown([.. definition.Parameters.Select(p => p.Name)]);
        var given = new Dictionary<string, decimal>();
        foreach (var p in definition.Parameters.Where(p => inner.Has(p.Name)))
        {
            if ((p.IsWhole ? inner.Whole(p.Name, (int)p.Least, (int)p.Most) : inner.Amount(p.Name, (decimal)p.Least, (decimal)p.Most)) is { } value)
            {
                given[p.Name] = value;
            }
        }

        try
        {
            definition.Make(given.ToDictionary(p => p.Key, p => (double)p.Value));
        }
        catch (ArgumentException e)
        {
            // What holds between two of them; each by itself was looked at before.
            fields.Fail("parameters", e.Message.Split(" (Parameter", 2)[0]);
        }

        return given;
    }

    private static string? Template(FieldReader fields, string name, bool required)
    {
        var text = fields.Line(name, LongestText, required ? 1 : 0, required);
        if (text is not null && RuleText.Fault(text) is { } fault)
        {
            fields.Fail(name, fault, text);
        }

        return text;
    }

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
            if (!Label().IsMatch(name) || name.Length > 60)
            {
                inner.Fail(name, "a name of small letters, digits and _, beginning with a letter");
            }
            else if (RuleWords.PayloadFields.Contains(name))
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

    /// <summary>Exactly one of them is there.</summary>
    private static bool One(FieldReader fields, string[] names, out string kind)
    {
        var given = names.Where(fields.Has).ToList();
        kind = given.Count == 1 ? given[0] : "";
        if (given.Count != 1)
        {
            fields.Fail("", $"exactly one of {string.Join(", ", names)}", given.Count == 0 ? "none" : string.Join(", ", given));
        }

        return given.Count == 1;
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

    private static void Require(FieldReader fields, string op, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!fields.Has(name))
            {
                fields.Fail(name, $"required with {op}");
            }
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[1-9][0-9]{0,3}(s|m|h|d|w)\z")]
    private static partial Regex Length();

    [GeneratedRegex(@"^[A-Z0-9]{2,20}\z")]
    private static partial Regex SymbolShape();
}
