using System.Globalization;
using System.Text.RegularExpressions;
using TradingSystem.Hosting.Settings;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Hooks;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger;

public enum MarketKind
{
    Auto,
    Live,
    Simulated,
    Replay,
}

/// <summary>The service's settings: <c>MARKET</c>, <c>SYMBOLS</c>, <c>MARKET_SEED</c>, and the rest under <c>TRIGGER__…</c>.</summary>
public sealed partial class TriggerOptions
{
    /// <summary>
    /// Shows two EMA crosses of BTCUSDT within its first half minute, in minutes that a hosted group trades on whatever second they begin at, so
    /// that a newcomer sees the system work.
    /// </summary>
    public const ulong DefaultSeed = 326;

    internal const string AnewSetting = "Trigger:Replay:Anew";

    private const int MaxSymbols = 20;
    private const decimal MaxSpeed = 100_000;

    public MarketKind Market { get; private init; }

    public ReplayRecording? Replay { get; private init; }

    /// <summary>Market seconds per wall second.</summary>
    public decimal Speed { get; private init; } = 1;

    /// <summary>A replay begins its file again at every start. Otherwise it goes on where it was.</summary>
    public bool ReplayAnew { get; private init; }

    public IReadOnlyList<string> Symbols { get; private init; } = [];

    public ulong Seed { get; private init; } = DefaultSeed;

    public LiveOptions Live { get; private init; } = new();

    public RuleOptions Rules { get; private init; } = new();

    public NewsOptions News { get; private init; } = new();

    public HookOptions Hooks { get; private init; } = new();

    public StormOptions Storm { get; private init; } = new();

    /// <exception cref="InvalidOperationException">A setting breaks its rule; the message names both.</exception>
    public static TriggerOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Trigger");
        var (market, replay, speed) = ParseMarket(configuration["MARKET"] is { Length: > 0 } m ? m : "auto");
        return new TriggerOptions
        {
            Market = market,
            Replay = replay,
            Speed = speed,
            ReplayAnew = configuration.GetValue(AnewSetting, false),
            Symbols = ParseSymbols(configuration["SYMBOLS"] is { Length: > 0 } s ? s : "BTCUSDT,ETHUSDT,SOLUSDT"),
            Seed = ParseSeed(configuration["MARKET_SEED"]),
            Live = section.Read<LiveOptions>("Live").Validated(),
            Rules = section.Read<RuleOptions>("Rules").Validated(),
            News = section.Read<NewsOptions>("News").Validated(),
            Hooks = section.Read<HookOptions>("Hooks").Validated(),
            Storm = section.Read<StormOptions>("Storm").Validated(),
        };
    }

    private static (MarketKind Market, ReplayRecording? Replay, decimal Speed) ParseMarket(string text)
    {
        switch (text)
        {
            case "auto":
                return (MarketKind.Auto, null, 1);
            case "live":
                return (MarketKind.Live, null, 1);
            case "simulated":
                return (MarketKind.Simulated, null, 1);
            case var _ when !text.StartsWith("replay:", StringComparison.Ordinal):
                throw new InvalidOperationException(
                    $"MARKET must be auto, live, simulated or replay:FILE@SPEED (FILE: a file, a folder, or several of them between commas), got '{text}'.");
            default:
                break;
        }

        var at = text.LastIndexOf('@');
        var path = at < 0 ? text["replay:".Length..] : text["replay:".Length..at];
        var speed = 1m;
        if (at >= 0 && (!decimal.TryParse(text[(at + 1)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out speed) || speed is <= 0 or > MaxSpeed))
        {
            throw new InvalidOperationException(
                $"MARKET=replay:FILE@SPEED: SPEED must be market seconds per wall second, above 0 and at most {MaxSpeed}, got '{text[(at + 1)..]}'.");
        }

        try
        {
            return (MarketKind.Replay, ReplayRecording.Open(ReplayPaths.Of(path)), speed);
        }
        catch (ReplayFormatException e)
        {
            throw new InvalidOperationException($"MARKET=replay:FILE@SPEED: {e.Message}", e);
        }
    }

    private static string[] ParseSymbols(string text)
    {
        var symbols = text.ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return symbols.Length is >= 1 and <= MaxSymbols && symbols.All(SymbolShape().IsMatch) && symbols.Distinct().Count() == symbols.Length
            ? symbols
            : throw new InvalidOperationException($"SYMBOLS must be 1 to {MaxSymbols} different symbols of 2 to 20 letters and digits, comma-separated, got '{text}'.");
    }

    private static ulong ParseSeed(string? text) =>
        string.IsNullOrEmpty(text) ? DefaultSeed
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed
        : throw new InvalidOperationException($"MARKET_SEED must be a whole number of at least 0, got '{text}'.");

    [GeneratedRegex("^[A-Z0-9]{2,20}$")]
    private static partial Regex SymbolShape();
}
