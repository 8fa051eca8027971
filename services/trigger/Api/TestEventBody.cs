using System.Text.Json;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>Body of a test event.</summary>
/// <param name="Targets">Whom it wakes, as in a trigger's frame. There is no usual: a group on a live account trades on it.</param>
/// <param name="Preset">What it looks like where nothing else is given; left out for one that is composed, which needs a title.</param>
/// <param name="Symbol">What a preset is about; left out for BTCUSDT.</param>
/// <param name="Title">For people; left out for the preset's.</param>
/// <param name="Payload">JSON object, anything the groups understand; left out for the preset's.</param>
/// <param name="Priority">1 to 10, the most urgent; left out for the preset's, or 5.</param>
/// <param name="Tags">Passed on, with the tag test.</param>
/// <param name="ValidateOnly">Whether nothing is sent, and only what would become of it is told.</param>
[BodyTerms(MaxBytes = 64 * 1024)]
[NoNulls]
public sealed record TestEventBody(
    IReadOnlyList<string> Targets,
    [property: Words(typeof(TestPresets))] string? Preset = null,
    string? Symbol = null,
    string? Title = null,
    JsonElement? Payload = null,
    int? Priority = null,
    IReadOnlyList<string>? Tags = null,
    bool? ValidateOnly = null)
{
    private const string Tag = "test";

    internal static TestEventBody Read(FieldReader fields)
    {
        var preset = fields.OneOf("preset", required: false, [.. TestPresets.All]);
        if (preset is null && fields.Has("symbol"))
        {
            fields.Fail("symbol", "only with a preset");
        }

        return new(
            fields.Texts("targets", 1, FieldLimits.Items, FieldLimits.Label, required: true),
            preset,
            fields.Line("symbol", FieldLimits.Symbol, 1)?.ToUpperInvariant(),
            fields.Line("title", FieldLimits.Title, 1, required: preset is null),
            fields.Raw("payload", JsonValueKind.Object) is { } payload ? JsonElement.Parse(payload) : null,
            fields.Whole("priority", FieldLimits.MinPriority, FieldLimits.MaxPriority),
            fields.Has("tags") ? fields.Texts("tags", 1, FieldLimits.Items - 1, FieldLimits.Label, required: false) : null,
            fields.Flag("validate_only"));
    }

    /// <summary>The same test of the same person again is the same event.</summary>
    internal Signal Signal(string actor, DateTimeOffset now)
    {
        var usual = TestPresets.Of(Preset, Symbol ?? "BTCUSDT");
        var id = Guid.CreateVersion7(now);
        var item = new ImmediateEvent(
            id,
            $"test:{actor}",
            Priority ?? usual.Priority,
            Targets,
            Title ?? usual.Title,
            Payload?.GetRawText() ?? usual.Payload.ToJsonString(),
            [.. (Tags ?? []).Prepend(Tag).Distinct(StringComparer.Ordinal)],
            null,
            id.ToString(),
            now,
            System.Diagnostics.Activity.Current?.Id);
        return new(item, SignalTopics.Of(item, item.Payload));
    }
}

/// <summary>What a test event looks like.</summary>
public static class TestPresets
{
    public const string Immediate = "immediate";
    public const string Macro = "macro";
    public const string MarketShock = "market_shock";

    public static readonly IReadOnlyList<string> All = [Immediate, Macro, MarketShock];

    internal static (int Priority, string Title, JsonObject Payload) Of(string? preset, string symbol) => preset switch
    {
        Macro => (8, "Test: US consumer prices rose more than expected", new()
        {
            ["kind"] = Macro,
            ["symbol"] = symbol,
            ["indicator"] = "CPI",
            ["country"] = "US",
            ["actual_pct"] = 3.4m,
            ["expected_pct"] = 3.1m,
            ["previous_pct"] = 3.2m,
        }),
        MarketShock => (9, $"Test: {symbol} fell 5 % within a minute", new()
        {
            ["kind"] = MarketShock,
            ["symbol"] = symbol,
            ["direction"] = "down",
            ["change_bps"] = -500m,
            ["window_s"] = 60,
        }),
        Immediate => (FieldLimits.DefaultPriority, $"Test: {symbol}", new() { ["kind"] = Immediate, ["symbol"] = symbol }),
        _ => (FieldLimits.DefaultPriority, "", []),
    };
}
