using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Rules;

/// <summary>The event that a rule raises.</summary>
internal static class RuleEvents
{
    public const int UsualPriority = 6;

    private static readonly Guid Namespace = new("6f0ff6f0-51c1-5f0e-9a6b-3d5f6d2a7c11");
    private static readonly ActivitySource Activities = new("TradingSystem.Trigger");

    /// <param name="run">
    /// A replay that is begun again raises new events. Otherwise the same close raises the same, on every node and after every start.
    /// </param>
    public static ImmediateEvent Of(Firing firing, FeedStatus status, string run, DateTimeOffset now)
    {
        using var activity = Activities.StartActivity("rule.raise");
        var (rule, document, candle) = (firing.Rule, firing.Rule.Document, firing.Candle);
        var id = NameBasedGuid.Create(
            Namespace, string.Create(CultureInfo.InvariantCulture, $"{rule.Id}|{candle.Symbol}|{candle.Interval}|{firing.At:O}|{run}"));
        var (title, fields) = rule.Text.Of(firing);
        return new ImmediateEvent(
            id,
            $"{EventSources.Rule}{document.Name}:{candle.Symbol}",
            document.Priority ?? UsualPriority,
            document.Targets ?? [$"symbol:{candle.Symbol}"],
            title,
            Payload(firing, fields).ToJsonString(),
            [.. new[] { "rule", document.Name, firing.Direction, candle.Interval, status.Source }.OfType<string>()],
            null,
            id.ToString(),
            now,
            activity?.Id);
    }

    /// <summary>A version of a rule on a symbol; it says which way the market went.</summary>
    public static string Topic(Firing firing) => string.Create(CultureInfo.InvariantCulture, $"rule:{firing.Rule.Id}:{firing.Rule.Version}:{firing.Candle.Symbol}");

    private static JsonObject Payload(Firing firing, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var payload = new JsonObject
        {
            // What people look for comes first: where there is little room they see the beginning.
            ["rule"] = firing.Rule.Document.Name,
            ["symbol"] = firing.Candle.Symbol,
        };
        if (firing.Direction is { } direction)
        {
            payload["direction"] = direction;
        }

        payload["price"] = firing.Candle.Close;
        if (firing.ChangePct is { } change)
        {
            payload["change_bps"] = Math.Round(change * 100, 2);
        }

        payload["interval"] = firing.Candle.Interval;
        payload["rule_id"] = firing.Rule.Id.ToString();
        payload["version"] = firing.Rule.Version;
        payload["clauses"] = new JsonArray([.. firing.Clauses.Select(Clause)]);
        foreach (var (name, text) in fields)
        {
            payload[name] = text;
        }

        payload["market_time"] = firing.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return payload;
    }

    private static JsonObject Clause(ClauseReading clause) => new()
    {
        ["path"] = clause.Path,
        ["left"] = clause.Left,
        ["left_value"] = clause.LeftValue,
        ["op"] = clause.Op,
        ["right"] = clause.Right,
        ["right_value"] = clause.RightValue,
        ["result"] = clause.Result,
    };
}
