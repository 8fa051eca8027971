using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Indicators;
using TradingSystem.TradingGroup.Settings;

namespace TradingSystem.TradingGroup.Roles;

/// <summary>What every member of a discussion knows. <c>EventDirection</c> is the event's own claim: 1 up, -1 down, 0 none.</summary>
public sealed record Briefing(
    GroupConfig Group,
    string Interval,
    IReadOnlyList<Candle> Candles,
    decimal Price,
    int EventDirection,
    TradingGroupOptions Options)
{
    /// <summary>However many are remembered, opinions rest on the same number.</summary>
    public IReadOnlyList<Candle> Window { get; } = [.. Candles.TakeLast(Options.Candles)];

    public IReadOnlyList<double> Closes { get; } = [.. Candles.TakeLast(Options.Candles).Select(c => (double)c.Close)];

    public Atr Atr { get; } = new Atr().Over(Candles.TakeLast(Options.Candles));

    public BollingerValue? Bands { get; } = new Bollinger().Over(Candles.TakeLast(Options.Candles)).Value;

    /// <summary>The places that the market is quoted in, as far as the window shows it.</summary>
    public int Places { get; } = Math.Max(Digits.Places(Price), Candles.TakeLast(Options.Candles).Max(c => (int?)Digits.Places(c.Open, c.High, c.Low, c.Close)) ?? 0);

    /// <summary>A price for people.</summary>
    public string Text(decimal price) => Digits.Of(price, Places);

    /// <summary>What was computed from prices, for people: somewhat finer than they are quoted.</summary>
    public string Text(double computed) => double.IsFinite(computed) ? Digits.Of(Digits.Round((decimal)computed, Places + 2, significant: 4)) : "unknown";
}

/// <summary>One member's opinion as it is published. <c>Indicators</c> are the numbers it rests on.</summary>
public sealed record Opinion(
    string Member,
    string Role,
    string Provider,
    string Model,
    string Stance,
    decimal ConfidencePct,
    string Reasoning,
    IReadOnlyDictionary<string, decimal> Indicators)
{
    // Opinions come from rules whatever provider the member is configured with, and say so.
    public const string RulesProvider = "rules";
    public const string RulesModel = "indicators-1";

    public static Opinion Of(GroupMember member, string stance, double confidencePct, string reasoning, IReadOnlyDictionary<string, double>? indicators = null) =>
        new(
            member.Name,
            member.Role,
            RulesProvider,
            member.Provider == RulesProvider && member.Model.Length > 0 ? member.Model : RulesModel,
            stance,
            Math.Round((decimal)Math.Clamp(confidencePct, 0, 100), 1),
            reasoning,
            Round(indicators ?? new Dictionary<string, double>()));

    // Of a market at 0.00000394 the eighth place is the last; the range of its bars has more.
    private static Dictionary<string, decimal> Round(IReadOnlyDictionary<string, double> values) =>
        values.Where(v => double.IsFinite(v.Value)).ToDictionary(v => v.Key, v => Digits.Round((decimal)v.Value, places: 8, significant: 8));
}
