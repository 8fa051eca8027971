using System.Text.Json.Nodes;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;
using static TradingSystem.Contracts.Wire.Documents.ClientFields;
using static TradingSystem.Contracts.Wire.Documents.Field;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>
/// What a group sends to steer its own orders and protection, and a trigger to end its schedules, in both dialects. These frames know no other field.
/// </summary>
internal static class SteeringFrames
{
    private const string CancelTitle = "A cancel";
    private const string ProtectTitle = "A move of protection";

    private static readonly string CancelSummary =
        "From a trading group: takes back what rests of a decision, or of all that were accepted before. Protection is never meant. It passes while the group is paused, stopped, reducing or halted. "
        + $"Answered with `accepted` and an `id`; what becomes of each order is told by its own update, `canceled` or what was faster. Where nothing was there to take back, an update says so: `rejected` with `{ReasonCodes.NothingToCancel}` "
        + "under the reply's `id`. A cancel that overtakes its decision is remembered for as long as the decision could be acted upon, and ends it with one update: `canceled`. Sent twice it does no harm. "
        + "From a trigger: ends its schedule or condition `schedule_id`, which is the reply's `id`. What has fallen due by then may still be raised.";

    private static readonly string ProtectSummary =
        "From a trading group: moves, sets or removes the stop-loss and take-profit of its position in the symbol. It passes while the group is paused, stopped, reducing or halted. Answered with `accepted` and an `id`; "
        + $"an update under that `id` tells what came of it: `protected` when it stands as asked for, `canceled` when no leg is left, `rejected` with `{ReasonCodes.StopLossWrongSide}` and the like when the legs stay as they were. Sent twice it does no harm.";

    private static readonly Value Price = new("decimal greater than 0, or null", new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0, ["maximum"] = FieldLimits.MaxAmount },
            new JsonObject { ["type"] = "string", ["pattern"] = "^(?=[0-9.]*[1-9])" + Value.DecimalPattern[1..] }),
    });

    private static Field[] CancelFields => [
        Optional("decision_id", Key, "The decision's key, or the `id` that it was accepted with."),
        Optional("all", Value.Flag, "true, instead of `decision_id`: every order of the group that was accepted before and rests. A market order of before may still fill."),
        Optional("schedule_id", Value.Uuid, "Of a trigger's `scheduled` or `conditional` event: the `id` that it was accepted with. Groups have none, and a trigger can cancel nothing else."),
    ];

    private static Field[] ProtectFields => [
        Symbol,
        Optional("stop_loss", Price, "Where the stop-loss is to be; null removes it, left out it stays as it is. One of both must be there."),
        Optional("take_profit", Price, "Where the take-profit is to be; null removes it, left out it stays as it is."),
    ];

    private static JsonObject OneDecisionOrAll => new() { ["anyOf"] = new JsonArray(Only("decision_id"), Only("all"), Only("schedule_id")) };

    /// <summary>That one of the three is given, and neither of the others.</summary>
    private static JsonObject Only(string field) => new()
    {
        ["properties"] = new JsonObject
        {
            ["decision_id"] = new JsonObject { ["type"] = field == "decision_id" ? "string" : "null" },
            ["all"] = field == "all" ? new JsonObject { ["const"] = true } : new JsonObject { ["enum"] = new JsonArray(false, null) },
            ["schedule_id"] = new JsonObject { ["type"] = field == "schedule_id" ? "string" : "null" },
        },
        ["required"] = new JsonArray(field),
    };

    private static JsonObject SomeLeg => new()
    {
        ["anyOf"] = new JsonArray(Given("stop_loss"), Given("take_profit")),
    };

    private static JsonObject Given(string field) => new() { ["properties"] = new JsonObject { [field] = new JsonObject() }, ["required"] = new JsonArray(field) };

    public static IEnumerable<FrameShape> Type()
    {
        yield return Shape(Dialect.Type, SteeringTypes.Cancel, CancelTitle, CancelSummary,
            Value.Object([Must("type", Value.Const(SteeringTypes.Cancel), ""), .. CancelFields, RequestId], OneDecisionOrAll).Closed(), ClientExamples.Cancel);
        yield return Shape(Dialect.Type, SteeringTypes.Protect, ProtectTitle, ProtectSummary,
            Value.Object([Must("type", Value.Const(SteeringTypes.Protect), ""), .. ProtectFields, RequestId], SomeLeg).Closed(), ClientExamples.Protect);
    }

    public static IEnumerable<FrameShape> Kind()
    {
        yield return Shape(
            Dialect.Kind, SteeringTypes.Cancel, CancelTitle, CancelSummary,
            Framed(SteeringTypes.Cancel, Value.Object([.. CancelFields, RequestId], OneDecisionOrAll).Closed()), ClientExamples.KindCancel);
        yield return Shape(
            Dialect.Kind, SteeringTypes.Protect, ProtectTitle, ProtectSummary,
            Framed(SteeringTypes.Protect, Value.Object([.. ProtectFields, RequestId], SomeLeg).Closed()), ClientExamples.KindProtect);
    }

    private static Value Framed(string kind, Value payload) => Value.Object([
        Must("kind", Value.Const(kind), ""),
        Must("payload", payload, "What is asked for."),
        Optional("trace", Value.Object([.. TraceFields, Optional("decision_id", Label, "")]), "Where it comes from."),
        RequestId,
    ]).Closed();

    private static FrameShape Shape(Dialect dialect, string name, string title, string summary, Value frame, IReadOnlyList<byte[]> examples) =>
        new($"{ServerReplies.Discriminator(dialect)}-client-{name}", title, true, dialect, summary, frame.Fields!, examples) { Whole = frame };
}
