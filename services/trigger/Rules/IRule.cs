using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Trigger.Rules;

/// <summary>Looks at the closed bars of one symbol and interval in order. Not thread-safe.</summary>
public interface IRule
{
    /// <summary>snake_case; part of the source id.</summary>
    string Name { get; }

    /// <summary>Forgets everything: other history follows.</summary>
    void Reset();

    /// <summary>Bars lack between the one observed last and the next.</summary>
    void Gap();

    /// <summary>Takes a bar in; says something if it calls for an event.</summary>
    RuleSignal? Observe(Candle candle);
}

/// <summary><c>Direction</c> is up or down; <c>Values</c> are the rule's own figures for the payload.</summary>
public sealed record RuleSignal(string Direction, decimal Price, string Text, IReadOnlyDictionary<string, JsonNode?> Values);

internal static class Figures
{
    /// <summary>The close for people, as fine as the bar's prices are quoted.</summary>
    public static string Close(Candle candle) => Digits.Of(candle.Close, Digits.Places(candle.Open, candle.High, candle.Low, candle.Close));

    /// <summary>What was computed from prices, for the payload.</summary>
    public static decimal Computed(decimal value) => Digits.Round(value, places: 8, significant: 8);
}
