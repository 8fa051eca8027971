using System.Globalization;
using Fluid;
using Fluid.Filters;
using Fluid.Values;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// An event's texts, out of a rule's templates. They are Liquid over a few figures and nothing else: no file, no other template, no object of ours. What
/// one comes to is bounded by its own length: there are no loops, no variables, no ranges, and no filter makes a text longer. Text stays text.
/// </summary>
public sealed class RuleText
{
    private const int MostSteps = 200;
    private const int Longest = 1_000;

    private static readonly string[] Tags = ["if", "unless", "case", "comment", "raw"];
    private static readonly FluidParser Parser = Narrowed();
    private static readonly TemplateOptions Options = Few();

    private readonly IFluidTemplate _title;
    private readonly IReadOnlyList<(string Name, IFluidTemplate Template)> _payload;

    /// <param name="document">As its reader let it pass.</param>
    public RuleText(RuleDocument document)
    {
        _title = Parser.Parse(document.Title);
        _payload = [.. (document.Payload ?? new Dictionary<string, string>()).Select(p => (p.Key, Parser.Parse(p.Value)))];
    }

    /// <summary>The rule that a template breaks; null for one that can be used.</summary>
    public static string? Fault(string template)
    {
        if (MayHaveRange(template))
        {
            return "Liquid without ranges";
        }

        if (!Parser.TryParse(template, out var parsed, out var error))
        {
            return $"Liquid: {error}";
        }

        try
        {
            // With figures made up: what fails does so whatever they are.
            var candle = new Candle("BTCUSDT", "1m", DateTimeOffset.UnixEpoch, 1, 1, 1, 1, 1, true);
            Render(parsed, Context("rule", candle, "up", 1, [new("when", "close", 1, RuleWords.Gt, "1", 1, true)]));
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"Liquid that can be worked out: {e.Message}";
        }
    }

    /// <summary>Title, and the rule's own fields of the payload.</summary>
    public (string Title, IReadOnlyList<KeyValuePair<string, string>> Payload) Of(Firing firing)
    {
        var context = Context(firing.Rule.Document.Name, firing.Candle, firing.Direction, firing.ChangePct, firing.Clauses);
        var title = Safely(_title, context);
        return (title.Trim().Length == 0 ? firing.Rule.Document.Name : title, [.. _payload.Select(p => KeyValuePair.Create(p.Name, Safely(p.Template, context)))]);
    }

    // An event is worth more than its words.
    private static string Safely(IFluidTemplate template, TemplateContext context)
    {
        try
        {
            return Render(template, context);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"(no text: {e.Message})";
        }
    }

    /// <summary>One line.</summary>
    private static string Render(IFluidTemplate template, TemplateContext context)
    {
        var text = template.Render(context, NullEncoder.Default);
        return string.Concat((text.Length > Longest ? text[..Longest] : text).Select(c => char.IsControl(c) ? ' ' : c));
    }

    /// <summary>
    /// A range is worked out whole, however long. Where Liquid begins and ends in between is its own parser's business, so two dots are refused from the
    /// first of its brackets to the last; in the text before and behind they are two dots.
    /// </summary>
    private static bool MayHaveRange(string template)
    {
        var begin = template.IndexOf('{', StringComparison.Ordinal);
        var end = template.LastIndexOf('}');
        return begin >= 0 && template.IndexOf("..", begin, StringComparison.Ordinal) is var at && at >= 0 && (at < end || template.IndexOf('{', at) >= 0);
    }

    private static FluidParser Narrowed()
    {
        var parser = new FluidParser();
        foreach (var tag in parser.RegisteredTags.Keys.Except(Tags).ToList())
        {
            parser.RegisteredTags.Remove(tag);
        }

        return parser;
    }

    private static TemplateOptions Few()
    {
        var options = new TemplateOptions { MaxSteps = MostSteps, MaxRecursion = 10, CultureInfo = CultureInfo.InvariantCulture, StrictFilters = true };
        options.Filters.Clear();
        options.Filters.WithNumberFilters();
        options.Filters.AddFilter("upcase", StringFilters.Upcase);
        options.Filters.AddFilter("downcase", StringFilters.Downcase);
        options.Filters.AddFilter("default", MiscFilters.Default);
        return options;
    }

    private static TemplateContext Context(string rule, Candle candle, string? direction, decimal? changePct, IReadOnlyList<ClauseReading> clauses)
    {
        var context = new TemplateContext(Options);
        context.SetValue("rule", new StringValue(rule));
        context.SetValue("symbol", new StringValue(candle.Symbol));
        context.SetValue("interval", new StringValue(candle.Interval));
        context.SetValue("direction", direction is null ? NilValue.Instance : new StringValue(direction));
        context.SetValue("price", new StringValue(Figures.Close(candle)));
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

    private static FluidValue Number(decimal? value) => value is { } number ? NumberValue.Create(number) : NilValue.Instance;
}
