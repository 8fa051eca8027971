using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Tests.Trigger.Hooks;

/// <summary>Hooks and bodies of the tests.</summary>
internal static class Alerts
{
    public static HookDocument Hook { get; } = new("tv", new(HookWords.Path), ["*"], "{{ body.ticker }} at {{ body.price }}");

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The fields as JSON, null where a rule was broken.</summary>
    public static (string? Json, List<FieldError> Faults) Read(byte[] body, HookDocument? hook = null)
    {
        var faults = new List<FieldError>();
        using var document = HookBody.Read(body, hook ?? Hook, faults);
        return (document?.RootElement.GetRawText(), faults);
    }

    public static (string? Json, List<FieldError> Faults) Read(string body, HookDocument? hook = null) => Read(Bytes(body), hook);

    /// <summary>What is wrong with a body as the hook wants it.</summary>
    public static List<FieldError> Check(string body, HookDocument hook, DateTimeOffset now = default)
    {
        var faults = new List<FieldError>();
        using var document = HookBody.Read(Bytes(body), hook, faults);
        if (document is not null)
        {
            HookCheck.Run(document.RootElement, hook, now, faults);
        }

        return faults;
    }

    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;
}
