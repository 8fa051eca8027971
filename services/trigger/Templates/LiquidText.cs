using System.Globalization;
using Fluid;
using Fluid.Filters;
using Fluid.Values;

namespace TradingSystem.Trigger.Templates;

/// <summary>
/// A text of a rule or a hook. It is Liquid over a few values and nothing else: no file, no other template, no object of ours. What one comes to is bounded
/// by its own length and that of its values: there are no loops, no variables, no ranges, and no filter makes a text longer. Text stays text.
/// </summary>
internal sealed class LiquidText
{
    private const int MostSteps = 200;
    private const int Longest = 1_000;

    private static readonly string[] NumberFilterNames = ["abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus", "round", "times"];
    private static readonly string[] Tags = ["if", "unless", "case", "comment", "raw"];
    private static readonly FluidParser Parser = Narrowed();
    private static readonly TemplateOptions Loose = Few(isStrict: false);
    private static readonly TemplateOptions Strict = Few(isStrict: true);

    private readonly IFluidTemplate _template;

    private LiquidText(IFluidTemplate template) => _template = template;

    /// <param name="template">One that has no <see cref="Fault"/>.</param>
    public static LiquidText Of(string template) => new(Parser.Parse(template));

    /// <summary>What templates are worked out over; its values are for the caller to set.</summary>
    /// <param name="isStrict">What is not there is a failure, not nothing.</param>
    public static TemplateContext Context(bool isStrict = false) => new(isStrict ? Strict : Loose);

    /// <summary>The rule that a template breaks; null for one that can be used.</summary>
    /// <param name="madeUp">Values such as it will have: what fails with them does so whatever they are.</param>
    public static string? Fault(string template, TemplateContext madeUp)
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
            new LiquidText(parsed).Render(madeUp);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"Liquid that can be worked out: {e.Message}";
        }
    }

    /// <summary>One line. Throws where a filter cannot work with a value.</summary>
    public string Render(TemplateContext context)
    {
        using var text = new FirstCharacters(Longest);
        try
        {
            // Nothing of it waits.
            _template.RenderAsync(text, context, NullEncoder.Default).AsTask().GetAwaiter().GetResult();
        }
        catch (FirstCharacters.FullException)
        {
            // What is behind them is never written.
        }

        return string.Concat(text.ToString().Select(c => char.IsControl(c) ? ' ' : c));
    }

    /// <summary>The same, for an event that is worth more than its words.</summary>
    public string Safely(TemplateContext context)
    {
        try
        {
            return Render(context);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"(no text: {e.Message})";
        }
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

    /// <summary>To Liquid nothing is the number 0, which people would read as a figure.</summary>
    private static bool IsKnown(FluidValue input, FilterArguments arguments)
    {
        var isKnown = !input.IsNil();
        for (var i = 0; i < arguments.Count; i++)
        {
            isKnown &= !arguments.At(i).IsNil();
        }

        return isKnown;
    }

    private static TemplateOptions Few(bool isStrict)
    {
        var options = new TemplateOptions
        {
            MaxSteps = MostSteps,
            MaxRecursion = 10,
            CultureInfo = CultureInfo.InvariantCulture,
            StrictFilters = true,
            StrictVariables = isStrict,
        };
        options.Filters.Clear();
        options.Filters.WithNumberFilters();
        foreach (var name in NumberFilterNames)
        {
            options.Filters.TryGetValue(name, out var filter);
            options.Filters.AddFilter(name, (input, arguments, context) => IsKnown(input, arguments) ? filter!(input, arguments, context) : new(NilValue.Instance));
        }

        options.Filters.AddFilter("upcase", StringFilters.Upcase);
        options.Filters.AddFilter("downcase", StringFilters.Downcase);
        options.Filters.AddFilter("default", MiscFilters.Default);
        return options;
    }
}
