using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// A version of a rule out of the database. One that cannot be read or made, as of a later version of this service, must not take the others with it.
/// </summary>
/// <param name="Document">What it says; its name alone where it cannot be read.</param>
/// <param name="Fault">Why it is not looked at, for people; null for one that can be.</param>
public sealed record StoredRule(RuleDocument Document, string? Fault)
{
    private const int MaxFault = 300;
    private const int MostTold = 3;
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <param name="name">The rule's name, for one that cannot be read.</param>
    /// <param name="version">Any of its versions.</param>
    public static StoredRule Of(string name, RuleVersionRow version)
    {
        var document = Read(name, version);
        try
        {
            Make(version);
            return new(document, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new(document, Reason(version.Document));
        }
    }

    /// <summary>What it says; its name alone where it cannot be read.</summary>
    public static RuleDocument Read(string name, RuleVersionRow version)
    {
        try
        {
            return RuleJson.Read(version.Document);
        }
        catch (JsonException)
        {
            return new(name, [], new(), "");
        }
    }

    /// <summary>Ready to be looked at: what it is made of is made here once, for under a symbol's lock a fault would be the market's end.</summary>
    /// <exception cref="Exception">Of any kind: it cannot be read, or not be made.</exception>
    public static ArmedRule Make(RuleVersionRow version)
    {
        var rule = new ArmedRule(version.RuleId, version.Version, version.CreatedAt, RuleJson.Read(version.Document));
        new Watch(Interval.Second).Add(rule);
        return rule;
    }

    /// <summary>What whoever wrote it now would be told.</summary>
    private static string Reason(string json)
    {
        var errors = new List<FieldError>();
        using var document = JsonDocument.Parse(json, AnyDepth);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            RuleReader.Read(new FieldReader(document.RootElement, "", errors));
        }

        var told = errors.Count == 0 ? "it is no rule" : string.Join("; ", errors.Take(MostTold).Select(e => $"{e.Path}: {e.Rule}"));
        return FieldError.Shorten($"this version of the service cannot use it: {told}", MaxFault - 1);
    }
}
