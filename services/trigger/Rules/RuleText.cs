using Fluid;
using Fluid.Values;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Templates;

namespace TradingSystem.Trigger.Rules;

/// <summary>An event's texts, out of a rule's templates: Liquid over the figures that the rule was met with.</summary>
public sealed class RuleText
{
    private readonly LiquidText _title;
    private readonly IReadOnlyList<(string Name, LiquidText Template)> _payload;

    /// <param name="document">As its reader let it pass.</param>
    public RuleText(RuleDocument document)
    {
        _title = LiquidText.Of(document.Title);
        _payload = [.. (document.Payload ?? new Dictionary<string, string>()).Select(p => (p.Key, LiquidText.Of(p.Value)))];
    }

    /// <summary>The rule that a template breaks; null for one that can be used.</summary>
    public static string? Fault(string template)
    {
        var candle = new Candle("BTCUSDT", "1m", DateTimeOffset.UnixEpoch, 1, 1, 1, 1, 1, true, 1, 1);
        return LiquidText.Fault(template, Context("rule", candle, "up", 1, [new("when", "close", 1, RuleWords.Gt, "1", 1, true)]));
    }

    /// <summary>Title, and the rule's own fields of the payload.</summary>
    public (string Title, IReadOnlyList<KeyValuePair<string, string>> Payload) Of(Firing firing)
    {
        var context = Context(firing.Rule.Document.Name, firing.Candle, firing.Direction, firing.ChangePct, firing.Clauses);
        var title = _title.Safely(context);
        return (title.Trim().Length == 0 ? firing.Rule.Document.Name : title, [.. _payload.Select(p => KeyValuePair.Create(p.Name, p.Template.Safely(context)))]);
    }

    private static TemplateContext Context(string rule, Candle candle, string? direction, decimal? changePct, IReadOnlyList<ClauseReading> clauses)
    {
        var context = LiquidText.Context();
        context.SetValue("rule", new StringValue(rule));
        context.SetValue("symbol", new StringValue(candle.Symbol));
        context.SetValue("interval", new StringValue(candle.Interval));
        context.SetValue("direction", direction is null ? NilValue.Instance : new StringValue(direction));
        context.SetValue("price", new StringValue(Figures.Close(candle)));
        context.SetValue(RuleWords.MarkPrice, Plain(candle.MarkPrice));
        context.SetValue(RuleWords.FundingRate, Plain(candle.FundingRate));
        context.SetValue("change_bps", changePct is { } change ? NumberValue.Create(change * 100) : NilValue.Instance);
        context.SetValue("clauses", new ArrayValue([.. clauses.Select(Clause)]));
        return context;
    }

    private static FluidValue Clause(ClauseReading clause)
    {
        var fields = new Dictionary<string, FluidValue>
        {
            ["path"] = new StringValue(clause.Path),
            ["left"] = new StringValue(clause.Left),
            ["left_value"] = Number(clause.LeftValue),
            ["op"] = new StringValue(clause.Op),
            ["right"] = new StringValue(clause.Right),
            ["right_value"] = Number(clause.RightValue),
        };
        return new DictionaryValue(new FluidValueDictionaryFluidIndexable(fields));
    }

    private static FluidValue Plain(decimal? value) => Number(value is { } number ? PlainDecimal.Of(number) : null);

    private static FluidValue Number(decimal? value) => value is { } number ? NumberValue.Create(number) : NilValue.Instance;
}
