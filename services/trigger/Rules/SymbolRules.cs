using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Rules;

/// <summary>Where a symbol's rules take what they have to say, and what they go by.</summary>
/// <param name="Raise">Takes an event; quick, never blocks, from several threads.</param>
/// <param name="Keep">Takes what came of a rule where that changed; as <c>Raise</c>.</param>
/// <param name="Begin">When this service began.</param>
internal sealed record RuleOutlets(Action<Signal> Raise, Action<RuleEvaluationRow> Keep, TimeProvider Time, ILogger<RuleEngine> Log, DateTimeOffset Begin);

/// <summary>The rules that look at one symbol, and what is known of them there; nothing of it is another symbol's. Calls come under the symbol's lock.</summary>
internal sealed class SymbolRules(string symbol, RuleOutlets outlets)
{
    private readonly Dictionary<RuleKey, RuleMemory> _memory = [];
    private IntervalRules[] _intervals = [];
    private FeedStatus _status = null!;
    private string _run = "";

    /// <summary>Another market: nothing that was shown of the one before is shown of it.</summary>
    public void Begin(FeedStatus status) => _intervals = [.. Interval.From(status.Shortest).Select(i => new IntervalRules(i))];

    /// <summary>From now on these rules look at it, with the interval of each.</summary>
    /// <param name="run">What events and evaluations of the market are told apart by.</param>
    public void Arm(FeedStatus status, string run, IEnumerable<(ArmedRule Rule, Interval Interval)> rules)
    {
        (_status, _run) = (status, run);
        var before = _intervals.Select(s => s.Watch).OfType<Watch>().ToList();
        var wanted = rules.ToLookup(r => r.Interval, r => r.Rule);
        foreach (var one in _intervals)
        {
            var its = wanted[one.Interval].ToList();
            one.Watch = its.Count == 0 ? null : one.Watch?.Has(its) == true ? one.Watch : Anew(one, its, before);
        }
    }

    public void History(Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed)
    {
        if (closed.Count == 0 || Of(interval.Name) is not { } one)
        {
            return;
        }

        var end = closed[^1].OpenTime + interval.Length;
        if (one.Watch is { } watch && !(watch.IsShown && changed.Count == 0 && end <= one.Told))
        {
            if (watch.IsShown)
            {
                one.Watch = watch = watch.Renew(one.Told);
            }

            foreach (var candle in closed)
            {
                Show(watch, candle, isPast: !MayBeNews(candle.OpenTime + interval.Length));
            }
        }

        one.Tell(end);
    }

    public void Closed(Candle candle)
    {
        if (Of(candle.Interval) is not { } one)
        {
            return;
        }

        if (one.Watch is { } watch)
        {
            Show(watch, candle, isPast: false);
        }

        one.Tell(candle.OpenTime + one.Interval.Length);
    }

    /// <summary>What is kept of a rule; what is known here and later stays.</summary>
    public void Remember(RuleKey key, RuleMemory memory)
    {
        var known = _memory.GetValueOrDefault(key);
        _memory[key] = new(Later(known.FiredAt, memory.FiredAt), Later(known.KeptUntil, memory.KeptUntil));
    }

    /// <summary>
    /// New ones of rules that are new, or of which others look at the same candles. What a rule raised last goes on with it; a new one begins where it was
    /// made, or where the recording is, and what closed since then it has still to be shown.
    /// </summary>
    private Watch Anew(IntervalRules one, List<ArmedRule> rules, List<Watch> before)
    {
        var (watch, told) = (new Watch(one.Interval), one.Told);
        foreach (var rule in rules)
        {
            var known = one.Watch?.Runs.FirstOrDefault(r => r.Rule.Id == rule.Id);
            var isNew = known?.Rule.Version != rule.Version;
            var earlier = before.SelectMany(w => w.Runs).FirstOrDefault(r => r.Rule.Id == rule.Id)?.FiredAt;
            // What was kept of a recording before it was begun again says nothing, but this run of it does.
            var kept = IsByTheClock ? _memory.GetValueOrDefault(Key(rule.Id)) : default;
            watch.Add(rule, new(
                IsByTheClock ? rule.Since : isNew ? told : null, isNew ? null : told,
                // Where nothing was ever kept, what an earlier version of this service did with it is not known.
                IsByTheClock ? kept.KeptUntil ?? outlets.Begin : null, kept.FiredAt ?? earlier, isNew ? null : known!.Said));
        }

        return watch;
    }

    private void Show(Watch watch, Candle candle, bool isPast)
    {
        // A recording's past was told by another run of it.
        foreach (var evaluation in watch.Look(candle, keeps: !isPast || IsByTheClock))
        {
            var (outcome, raised) = evaluation.Firing is { } firing ? Raise(firing, isPast) : (null, null);
            if (!evaluation.IsChange && raised is null)
            {
                continue;
            }

            var key = Key(evaluation.Rule.Id);
            Remember(key, new(null, evaluation.At));
            outlets.Keep(new()
            {
                Market = key.Market,
                Run = _run,
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

        Remember(Key(firing.Rule.Id), new(firing.At, null));
        if (isPast)
        {
            return (RuleWords.Late, null);
        }

        if (Event(firing) is not { } raised)
        {
            return (RuleWords.Unwritten, null);
        }

        RuleEngineLog.Raised(outlets.Log, raised.Title, raised.Id);
        outlets.Raise(
            new(raised, RuleEvents.Topic(firing), firing.Direction ?? "") { MarketTime = firing.At, Run = IsByTheClock ? null : _run, News = RuleEngine.Latest });
        return (RuleWords.Raised, raised.Id);
    }

    /// <summary>Null where it cannot be written, which must not be the market's end.</summary>
    private ImmediateEvent? Event(Firing firing)
    {
        try
        {
            return RuleEvents.Of(firing, _status, _run, outlets.Time.GetUtcNow());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            RuleEngineLog.Unwritten(outlets.Log, firing.Rule.Id, firing.At, e);
            return null;
        }
    }

    /// <summary>What is told as history is past, but for the last minute of a market that goes by the clock.</summary>
    private bool MayBeNews(DateTimeOffset end) => IsByTheClock && outlets.Time.GetUtcNow() - end <= RuleEngine.Latest;

    private bool IsByTheClock => RuleEngine.IsByTheClock(_status);

    // There are five of them at most.
    private IntervalRules? Of(string interval)
    {
        foreach (var one in _intervals)
        {
            if (one.Name == interval)
            {
                return one;
            }
        }

        return null;
    }

    private RuleKey Key(Guid rule) => new(_status.StoredAs, rule, symbol);

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    /// <summary>The candles of one interval.</summary>
    private sealed class IntervalRules(Interval interval)
    {
        public Interval Interval => interval;

        public string Name { get; } = interval.Name;

        /// <summary>Null where no rule looks at them.</summary>
        public Watch? Watch { get; set; }

        /// <summary>The end of the newest candle that was shown; null before the first.</summary>
        public DateTimeOffset? Told { get; private set; }

        public void Tell(DateTimeOffset end) => Told = Told > end ? Told : end;
    }
}
