using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Rules;

/// <summary>Shows closed candles to the rules of their symbol and hands on what they say. Calls come as <see cref="ICandleListener"/> says.</summary>
/// <param name="raise">Takes an event; quick, never blocks, and is called from several threads where the feed has several.</param>
/// <param name="keep">Takes what came of a rule where that changed; as <paramref name="raise"/>.</param>
public sealed partial class RuleEngine(Action<Signal> raise, Action<RuleEvaluationRow> keep, TimeProvider time, ILogger<RuleEngine> log) : ICandleListener
{
    /// <summary>
    /// A candle that became known late, after a lost connection or a start, still raises its events for so long; then they would be about another market.
    /// </summary>
    public static readonly TimeSpan Latest = TimeSpan.FromMinutes(1);

    // Changed where the rules or the market are, under the market's locks; in between each symbol's is used under that symbol's lock alone.
    private readonly Dictionary<string, SymbolRules> _symbols = [];
    private readonly RuleOutlets _outlets = new(raise, keep, time, log, time.GetUtcNow());
    private readonly string _process = Guid.NewGuid().ToString("n");
    private IReadOnlyList<ArmedRule> _rules = [];
    private FeedStatus? _status;

    /// <summary>
    /// From now on these are the rules. Whoever calls it lets the market tell everything again, under its locks: history makes every rule warm.
    /// </summary>
    /// <param name="memory">What is kept of them; what is known here and later stays.</param>
    public void Arm(IReadOnlyList<ArmedRule> rules, IReadOnlyDictionary<RuleKey, RuleMemory> memory)
    {
        _rules = rules;
        foreach (var (key, kept) in memory)
        {
            Of(key.Symbol).Remember(key, kept);
        }
    }

    /// <summary>
    /// What events and evaluations of a market are told apart by: a recording that is begun again is another run, a market that goes by the clock is one.
    /// </summary>
    public string RunOf(FeedStatus status) => IsByTheClock(status) ? status.StoredAs : _process;

    /// <summary>Symbols of the market that a rule is looked at on; none where it is switched off, or where there are no candles of its interval.</summary>
    public static IReadOnlyList<string> Watched(RuleDocument rule, FeedStatus status) =>
        rule.Enabled != false && IntervalOf(rule, status) is not null
            ? [.. status.Symbols.Where(s => rule.Symbols.Contains(s) || rule.Symbols.Contains(RuleWords.EverySymbol))]
            : [];

    /// <summary>Null where the market has no candles of it.</summary>
    public static Interval? IntervalOf(RuleDocument rule, FeedStatus status) =>
        Interval.From(status.Shortest).Where(i => i.Name == (rule.Interval ?? status.RuleInterval.Name)).Select(i => (Interval?)i).FirstOrDefault();

    public void Started(FeedStatus status)
    {
        if (_status is null || !_status.IsSameMarket(status))
        {
            foreach (var one in status.Symbols.Select(Of).Concat(_symbols.Values).Distinct().ToList())
            {
                one.Begin(status);
            }
        }

        _status = status;
        var wanted = (
            from rule in _rules
            from symbol in Watched(rule.Document, status)
            select (symbol, Look: (rule, IntervalOf(rule.Document, status)!.Value))).ToLookup(w => w.symbol, w => w.Look);
        foreach (var (symbol, rules) in _symbols)
        {
            rules.Arm(status, RunOf(status), wanted[symbol]);
        }
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed) =>
        _symbols.GetValueOrDefault(symbol)?.History(interval, closed, changed);

    public void Closed(Candle candle) => _symbols.GetValueOrDefault(candle.Symbol)?.Closed(candle);

    /// <summary>Whether it goes on while nobody looks; a recording does not.</summary>
    internal static bool IsByTheClock(FeedStatus status) => status.Source != FeedStatus.Replay;

    private SymbolRules Of(string symbol)
    {
        if (!_symbols.TryGetValue(symbol, out var rules))
        {
            _symbols[symbol] = rules = new(symbol, _outlets);
        }

        return rules;
    }
}

internal static partial class RuleEngineLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Title} (event {EventId})")]
    public static partial void Raised(ILogger logger, string title, Guid eventId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Rule {RuleId} was met at {At:O} and its event cannot be written")]
    public static partial void Unwritten(ILogger logger, Guid ruleId, DateTimeOffset at, Exception exception);
}
