using System.Globalization;
using System.Text.Json;
using Fluid;
using Fluid.Values;
using TradingSystem.Trigger.Templates;

namespace TradingSystem.Trigger.Hooks;

/// <summary>An event's texts, out of a hook's templates: Liquid over the fields of a body.</summary>
public sealed class HookText
{
    private readonly LiquidText _title;
    private readonly LiquidText? _key;
    private readonly IReadOnlyList<(string Name, LiquidText Template)> _payload;
    private readonly string _hook;

    /// <param name="document">As its reader let it pass.</param>
    public HookText(HookDocument document)
    {
        _hook = document.Name;
        _title = LiquidText.Of(document.Title);
        _key = document.Key is { } key ? LiquidText.Of(key) : null;
        _payload = [.. (document.Payload ?? new Dictionary<string, string>()).Select(p => (p.Key, LiquidText.Of(p.Value)))];
    }

    /// <summary>The rule that a template breaks; null for one that can be used.</summary>
    public static string? Fault(string template) => LiquidText.Fault(template, Context("hook", new Anything(), DateTimeOffset.UnixEpoch, isStrict: true));

    /// <summary>Title, and the hook's own fields of the payload.</summary>
    public (string Title, IReadOnlyList<KeyValuePair<string, string>> Payload) Of(JsonElement body, DateTimeOffset receivedAt)
    {
        var context = Context(_hook, BodyValue.Of(body, isStrict: false), receivedAt, isStrict: false);
        var title = _title.Safely(context);
        return (title.Trim().Length == 0 ? _hook : title, [.. _payload.Select(p => KeyValuePair.Create(p.Name, p.Template.Safely(context)))]);
    }

    /// <summary>What is the same for repetitions; null where the hook has no template for it.</summary>
    /// <param name="fault">Why there is none although it has one: a field that it is made of is not there, is empty or has others within, or it is empty itself.</param>
    public string? KeyOf(JsonElement body, DateTimeOffset receivedAt, out string? fault)
    {
        fault = null;
        if (_key is null)
        {
            return null;
        }

        try
        {
            var key = _key.Render(Context(_hook, BodyValue.Of(body, isStrict: true), receivedAt, isStrict: true)).Trim();
            fault = key.Length == 0 ? "empty" : null;
            return key;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            fault = e.Message;
            return null;
        }
    }

    private static TemplateContext Context(string hook, FluidValue body, DateTimeOffset receivedAt, bool isStrict)
    {
        var context = LiquidText.Context(isStrict);
        context.SetValue("hook", new StringValue(hook));
        context.SetValue("body", body);
        context.SetValue("received_at", new StringValue(receivedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)));
        return context;
    }

    /// <summary>A number that has every field, each such a number.</summary>
    private sealed class Anything() : ObjectValueBase(1m)
    {
        public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) => new(this);

        public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) => new(this);
    }
}
