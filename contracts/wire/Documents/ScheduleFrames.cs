using System.Text.Json.Nodes;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;
using static TradingSystem.Contracts.Wire.Documents.ClientFields;
using static TradingSystem.Contracts.Wire.Documents.Field;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>Signals that a trigger leaves to be raised later. These frames know no other field.</summary>
internal static class ScheduleFrames
{
    private const string WhatComes =
        "Answered with `accepted` once it is durable; the reply's `id` is the schedule's, `dispatched_clients` 0. What is raised is an `immediate` event from this trigger, "
        + "with an id of its own that follows from the schedule and the time: each is raised once, whatever dies or runs twice. `/api/v1/schedules` lists them, with the next times; `cancel` ends one.";

    private static readonly Value Zone = Value.Text(1, FieldLimits.Zone);

    public static IEnumerable<FrameShape> Type()
    {
        yield return Shape(EventTypes.Scheduled, "A signal at a time",
            "From a trigger: raised once, at `trigger_at`, or again and again by `schedule`; exactly one of both is there. " + WhatComes,
            Value.Object(
                [
                    .. Head(EventTypes.Scheduled),
                    Optional("trigger_at", Value.Time, $"In the future. If nobody raises it then, it is raised up to {ScheduleParser.DefaultWithinS} s late, and not at all behind that."),
                    Optional("schedule", Value.Object(
                    [
                        Must(
                            "cron", Value.Text(1, FieldLimits.Cron),
                            "Five fields (minute, hour, day, month, weekday), or six with seconds first. Where a fixed time does not exist because the clocks go forward it falls due when they do; where one comes twice, the first time only."),
                        Optional("zone", Zone, $"IANA name of the zone whose clocks count; `{CronTerms.DefaultZone}` if absent."),
                        Optional("late", Value.Object(
                        [
                            Optional(
                                "policy", Value.OneOf(LatePolicies.All),
                                $"Of those that nobody raised in time: `{LatePolicies.FireOnce}` the newest that is not too late, `{LatePolicies.FireAll}` each that is not, `{LatePolicies.Skip}` none; `{LatePolicies.FireOnce}` if absent."),
                            Optional("within_s", Value.Whole(1, FieldLimits.MaxLateS), $"More seconds than that are too late; {ScheduleParser.DefaultWithinS} if absent. Not with `{LatePolicies.Skip}`."),
                        ]).Closed(), "What to do about those that are late."),
                        Optional(
                            "overlap", Value.OneOf(OverlapPolicies.All),
                            $"Of one that falls due while the one before it has not got out yet: `{OverlapPolicies.Skip}` it, or `{OverlapPolicies.QueueOne}`; `{OverlapPolicies.Skip}` if absent. Without effect where `late.policy` is `{LatePolicies.FireAll}`, which raises each."),
                        Optional("until", Value.Time, "None falls due behind it."),
                    ]).Closed(), "When, again and again."),
                    Optional("condition", Value.AnyObject, "Passed on to the diary; `trace.correlation_id` in it traces."),
                    .. Tail,
                    Never("kind"),
                ],
                One("trigger_at", "schedule")).Closed(),
            ClientExamples.Scheduled);
        yield return Shape(EventTypes.Conditional, "A signal at a price",
            "From a trigger: raised once, by the first price that meets `condition`. Each price is looked at, those of a time when nobody looked by the candles of it. " + WhatComes,
            Value.Object(
                [
                    .. Head(EventTypes.Conditional),
                    Must("condition", Value.Object(
                    [
                        Must("domain", Value.Const(ScheduleParser.PriceDomain), ""),
                        Must("symbol", Value.Symbol(FieldLimits.Symbol), "Whose price; one that this market has."),
                        Must("op", Value.OneOf(ComparisonWords.All), "How the price compares with `value`."),
                        Must("value", Value.Amount(0, FieldLimits.MaxAmount), "In quote currency, greater than 0."),
                        Optional("trace", Value.AnyObject, "`correlation_id` in it traces."),
                    ], ClientFields.Positive("value")).Closed(), "The price that it waits for."),
                    Optional("valid_until", Value.Time, "In the future; behind it no price counts. Without it the condition waits until it is cancelled."),
                    .. Tail,
                    Never("kind"),
                ]).Closed(),
            ClientExamples.Conditional);
    }

    private static Field[] Tail => [
        Optional("event_key", Key, "With it a repetition is the same schedule."),
        Title, Priority, Tags, ValidateOnly, RequestId,
        .. Servers,
    ];

    /// <summary>What the server owns is not read, whoever sends it.</summary>
    private static Field[] Servers => [Server("id"), Server("source_id"), Server("created_at")];

    private static Field Server(string name) => Optional(name, new("anything", []), "Not read: it is the server's.");

    private static Field[] Head(string eventType) => [
        Must("type", Value.Const("event"), ""),
        Must("event_type", Value.Const(eventType), ""),
        Must("targets", Value.List(Value.Text(1, FieldLimits.Label), 1, FieldLimits.Items), "Group names, or selectors: `*`, `market:crypto`, `symbol:BTCUSDT`."),
        Must("payload", Value.Text(0, FrameParser.MaxFrameBytes), "Anything the groups understand."),
    ];

    /// <summary>That exactly one of two is given.</summary>
    private static JsonObject One(string first, string second) => new() { ["anyOf"] = new JsonArray(Only(first, second), Only(second, first)) };

    private static JsonObject Only(string given, string not) => new()
    {
        ["properties"] = new JsonObject
        {
            [given] = new JsonObject { ["not"] = new JsonObject { ["type"] = "null" } },
            [not] = new JsonObject { ["type"] = "null" },
        },
        ["required"] = new JsonArray(given),
    };

    private static FrameShape Shape(string name, string title, string summary, Value frame, IReadOnlyList<byte[]> examples) =>
        new($"type-client-{name}", title, true, Dialect.Type, summary, frame.Fields!, examples) { Whole = frame };
}
