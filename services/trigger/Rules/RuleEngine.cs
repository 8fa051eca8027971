using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Rules;

/// <summary>Shows closed candles to the rules and hands on what they say. Calls come under the market's lock.</summary>
/// <param name="raise">Takes an event; quick, never blocks.</param>
/// <param name="keep">Takes what came of a rule where that changed; quick, never blocks.</param>
public sealed partial class RuleEngine(Action<Signal> raise, Action<RuleEvaluationRow> keep, TimeProvider time, ILogger<RuleEngine> log) : ICandleListener
{
    /// <summary>
    /// A candle that became known late, after a lost connection or a start, still raises its events for so long; then they would be about another market.
    /// </summary>
    public static readonly TimeSpan Latest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string Symbol, string Interval), Watch> _watches = [];
    private readonly Dictionary<(string Symbol, string Interval), DateTimeOffset> _told = [];
    private readonly Dictionary<RuleKey, RuleMemory> _memory = [];
    private readonly string _process = Guid.NewGuid().ToString("n");
    private readonly DateTimeOffset _begin = time.GetUtcNow();
    private IReadOnlyList<ArmedRule> _rules = [];
    private Dictionary<string, TimeSpan> _lengths = [];
    private FeedStatus? _status;

    /// <summary>
    /// From now on these are the rules. Whoever calls it lets the market tell everything again, under its lock: history makes every rule warm.
    /// </summary>
    /// <param name="memory">What is kept of them; what is known here and later stays.</param>
    public void Arm(IReadOnlyList<ArmedRule> rules, IReadOnlyDictionary<RuleKey, RuleMemory> memory)
    {
        _rules = rules;
        foreach (var (key, kept) in memory)
        {
            Remember(key, kept);
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
            _watches.Clear();
            _told.Clear();
            _lengths = Interval.From(status.Shortest).ToDictionary(i => i.Name, i => i.Length);
        }

        _status = status;
        var before = _watches.ToDictionary();
        _watches.Clear();
        var wanted =
            from rule in _rules
            from symbol in Watched(rule.Document, status)
            group rule by (symbol, IntervalOf(rule.Document, status)!.Value);
        foreach (var group in wanted)
        {
            var ((symbol, interval), rules) = (group.Key, group.ToList());
            var key = (symbol, interval.Name);
            _watches[key] = before.TryGetValue(key, out var same) && same.Has(rules) ? same : Anew(key, interval, rules, before);
        }
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed)
    {
        if (closed.Count == 0)
        {
            return;
        }

        var (key, end) = ((symbol, interval.Name), closed[^1].OpenTime + interval.Length);
        if (_watches.TryGetValue(key, out var watch) && !(watch.IsShown && changed.Count == 0 && end <= Told(key)))
        {
            if (watch.IsShown)
            {
                _watches[key] = watch = watch.Renew(Told(key));
            }

            foreach (var candle in closed)
            {
                Show(watch, candle, isPast: !MayBeNews(candle.OpenTime + interval.Length));
            }
        }

        Tell(key, end);
    }

    public void Closed(Candle candle)
    {
        var key = (candle.Symbol, candle.Interval);
        if (_watches.TryGetValue(key, out var watch))
        {
            Show(watch, candle, isPast: false);
        }

        Tell(key, candle.OpenTime + _lengths[candle.Interval]);
    }

    /// <summary>
    /// New ones of rules that are new, or of which others look at the same candles. What a rule raised last goes on with it; a new one begins where it was
    /// made, or where the recording is, and what closed since then it has still to be shown.
    /// </summary>
    private Watch Anew((string Symbol, string Interval) key, Interval interval, List<ArmedRule> rules, Dictionary<(string Symbol, string Interval), Watch> before)
    {
        var (watch, told) = (new Watch(interval), Told(key));
        var isByTheClock = IsByTheClock(_status!);
        foreach (var rule in rules)
        {
            var known = before.GetValueOrDefault(key)?.Runs.FirstOrDefault(r => r.Rule.Id == rule.Id);
            var isNew = known?.Rule.Version != rule.Version;
            var earlier = before.Where(w => w.Key.Symbol == key.Symbol).SelectMany(w => w.Value.Runs).FirstOrDefault(r => r.Rule.Id == rule.Id)?.FiredAt;
            // What was kept of a recording before it was begun again says nothing, but this run of it does.
            var kept = isByTheClock ? _memory.GetValueOrDefault(Key(rule.Id, key.Symbol)) : default;
            watch.Add(rule, new(
                isByTheClock ? rule.Since : isNew ? told : null, isNew ? null : told,
                // Where nothing was ever kept, what an earlier version of this service did with it is not known.
                isByTheClock ? kept.KeptUntil ?? _begin : null, kept.FiredAt ?? earlier, isNew ? null : known!.Said));
        }

        return watch;
    }

    private void Show(Watch watch, Candle candle, bool isPast)
    {
        // A recording's past was told by another run of it.
        foreach (var evaluation in watch.Look(candle, keeps: !isPast || IsByTheClock(_status!)))
        {
            var (outcome, raised) = evaluation.Firing is { } firing ? Raise(firing, isPast) : (null, null);
            if (!evaluation.IsChange && raised is null)
            {
                continue;
            }

            var key = Key(evaluation.Rule.Id, candle.Symbol);
            Remember(key, new(null, evaluation.At));
            keep(new()
            {
                Market = key.Market,
                Run = RunOf(_status!),
                RuleId = key.Rule,
                Symbol = key.Symbol,
                At = evaluation.At,
                Version = evaluation.Rule.Version,
                Met = evaluation.Met,
                Outcome = outcome,
                Clauses = RuleJson.Write(evaluation.Clauses),
                EventId = raised,
            });
        }
    }

    /// <summary>What comes of a rule that was met, and the event where it is one.</summary>
    private (string Outcome, Guid? Event) Raise(Firing firing, bool isPast)
    {
        if (firing.HeldBack is { } reason)
        {
            return (reason, null);
        }

        Remember(Key(firing.Rule.Id, firing.Candle.Symbol), new(firing.At, null));
        if (isPast)
        {
            return (RuleWords.Late, null);
        }

        if (Event(firing) is not { } raised)
        {
            return (RuleWords.Unwritten, null);
        }

        RuleEngineLog.Raised(log, raised.Title, raised.Id);
        raise(new(raised, RuleEvents.Topic(firing), firing.Direction ?? "") { MarketTime = firing.At, Run = IsByTheClock(_status!) ? null : RunOf(_status!), News = Latest });
        return (RuleWords.Raised, raised.Id);
    }

    /// <summary>Null where it cannot be written, which must not be the market's end.</summary>
    private ImmediateEvent? Event(Firing firing)
    {
        try
        {
            return RuleEvents.Of(firing, _status!, RunOf(_status!), time.GetUtcNow());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            RuleEngineLog.Unwritten(log, firing.Rule.Id, firing.At, e);
            return null;
        }
    }

    /// <summary>What is told as history is past, but for the last minute of a market that goes by the clock.</summary>
    private bool MayBeNews(DateTimeOffset end) => IsByTheClock(_status!) && time.GetUtcNow() - end <= Latest;

    private static bool IsByTheClock(FeedStatus status) => status.Source != FeedStatus.Replay;

    /// <summary>The end of the newest candle that was shown.</summary>
    private DateTimeOffset? Told((string, string) key) => _told.TryGetValue(key, out var at) ? at : null;

    private void Tell((string, string) key, DateTimeOffset end) => _told[key] = Told(key) is { } known && known > end ? known : end;

    private RuleKey Key(Guid rule, string symbol) => new(_status!.StoredAs, rule, symbol);

    private void Remember(RuleKey key, RuleMemory memory)
    {
        var known = _memory.GetValueOrDefault(key);
        _memory[key] = new(Later(known.FiredAt, memory.FiredAt), Later(known.KeptUntil, memory.KeptUntil));
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}

internal static partial class RuleEngineLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Title} (event {EventId})")]
    public static partial void Raised(ILogger logger, string title, Guid eventId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Rule {RuleId} was met at {At:O} and its event cannot be written")]
    public static partial void Unwritten(ILogger logger, Guid ruleId, DateTimeOffset at, Exception exception);
}
