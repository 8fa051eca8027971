using Microsoft.Extensions.Logging.Abstractions;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger.Rules;

/// <summary>Half an hour of trades and marks, drawn from a seed, and rules over both; told in one life of the service, or in two.</summary>
internal sealed class DrawnMarket
{
    public static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public const decimal HighRate = 0.0001m;

    /// <summary>Id of the rule that is true while the funding rate is above it.</summary>
    public const string WhileHigh = "00000000-0000-0000-0000-000000000004";

    private const string Btc = "BTCUSDT";
    private static readonly RuleOperand Mark = new(Candle: "mark_price");
    private static readonly FeedStatus Status = new(FeedStatus.Live, FeedStatus.Live, Interval.Minute, Interval.Minute, [Btc], null);

    private static readonly IReadOnlyList<ArmedRule> Rules =
    [
        .. new RuleCondition[]
        {
            new(Left: Mark, Op: RuleWords.Crosses, Right: new(Candle: "close")),
            new(Left: Mark, Op: RuleWords.Moves, ByPct: 0.2m, WithinS: 300),
            new(Left: new(Candle: "funding_rate"), Op: RuleWords.Gt, Right: new(Value: 0.0001m), ForS: 120),
            new(All: [new(Left: Mark, Op: RuleWords.Gt, Right: new(Candle: "mark_price", Ago: 2)), new(Not: new(Left: new(Candle: "funding_rate"), Op: RuleWords.Lt, Right: new(Value: 0.0001m)))]),
            new(Left: new(Candle: "funding_rate"), Op: RuleWords.Gt, Right: new(Value: HighRate)),
        }.Select((when, i) => new ArmedRule(new($"00000000-0000-0000-0000-00000000000{i}"), 1, default, new($"rule_{i}", [Btc], when, "t", CooldownS: i == 3 ? 180 : null))),
    ];

    private readonly int _seed;
    private readonly List<Trade> _trades;

    public DrawnMarket(int seed)
    {
        _seed = seed;
        var random = new Random(seed);
        var (moments, price, rate) = (new List<Moment>(), 1_000m, 0.0001m);
        for (var second = 0; second < 30 * 60; second++)
        {
            price += random.Next(-20, 21) / 50m;
            rate = second % 20 == 0 ? 0.0001m + (random.Next(-1, 2) * 0.00001m) : rate;
            var at = Midnight.AddSeconds(second);
            // Each minute has a trade at its begin, and before its end there is none that a mark could come behind.
            if (second % 60 == 0 || (second % 60 < 58 && random.Next(3) == 0))
            {
                moments.Add(new(at, new Trade(Btc, price, 1m, at), null));
            }

            if (random.Next(10) > 0 || second % 60 == 58)
            {
                moments.Add(new(at, null, new Mark(Btc, price + (random.Next(-50, 51) / 100m), rate, null, at.AddMilliseconds(1))));
            }
        }

        Moments = moments;
        _trades = [.. moments.Where(m => m.Trade is not null).Select(m => m.Trade!.Value)];
    }

    /// <summary>In the order of their times.</summary>
    public IReadOnlyList<Moment> Moments { get; }

    /// <summary>Marks up to a second and a half late, and some of them twice, but none behind the trade that closes its minute.</summary>
    public IReadOnlyList<Moment> Mixed()
    {
        var random = new Random(_seed);
        return
        [
            .. Moments.SelectMany(m => m.Mark is not null && random.Next(4) == 0 ? [m, m] : new[] { m })
                .Select(m => m.Mark is null ? m : m with { At = Earliest(m.At.AddMilliseconds(random.Next(1_500)), Minute(m.At).AddSeconds(59.9)) })
                .OrderBy(m => m.At),
        ];

        static DateTimeOffset Earliest(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
    }

    /// <summary>All of them in one life.</summary>
    public (IReadOnlyList<Raising> Raised, IReadOnlyList<Candle> Kept) Run(IReadOnlyList<Moment> moments) => Run(moments, int.MaxValue, int.MaxValue);

    /// <param name="stop">Second at which the service stops.</param>
    /// <param name="begin">Second from which on another one is told.</param>
    public (IReadOnlyList<Raising> Raised, IReadOnlyList<Candle> Kept) Run(IReadOnlyList<Moment> moments, int stop, int begin)
    {
        var (raised, evaluations, kept) = (new List<Raising>(), new List<RuleEvaluationRow>(), new SortedDictionary<DateTimeOffset, Candle>());
        Live(moments.TakeWhile(m => (m.At - Midnight).TotalSeconds < stop), raised, evaluations, kept, isFirst: true);
        if (stop != int.MaxValue)
        {
            Live(moments.SkipWhile(m => (m.At - Midnight).TotalSeconds < begin), raised, evaluations, kept, isFirst: false);
        }

        return ([.. raised.Distinct()], [.. kept.Values]);
    }

    private void Live(
        IEnumerable<Moment> moments, List<Raising> raised, List<RuleEvaluationRow> evaluations, SortedDictionary<DateTimeOffset, Candle> kept, bool isFirst)
    {
        var clock = new ManualTime(Midnight);
        var engine = new RuleEngine(s => raised.Add(new(s.Item.Id, s.Topic!.Split(':')[1], s.MarketTime!.Value)), evaluations.Add, clock, NullLogger<RuleEngine>.Instance);
        engine.Arm(Rules, RuleMemories.Of(evaluations));
        var market = new MarketState(clock, [engine, new Keeper(kept)]);
        foreach (var candle in kept.Values.Where(c => c.MarkPrice is not null))
        {
            market.Keep(FeedStatus.Live, Btc, candle.OpenTime + Interval.Minute.Length, new(candle.MarkPrice!.Value, candle.FundingRate));
        }

        market.Started(Status);
        var isKnown = isFirst;
        if (!isFirst)
        {
            market.Torn();
        }

        foreach (var moment in moments)
        {
            clock.Advance(moment.At - clock.GetUtcNow());
            if (!isKnown)
            {
                market.History(Btc, Interval.Minute, Record(moment.At), derive: false);
                isKnown = true;
            }

            if (moment.Mark is { } mark)
            {
                market.Mark(mark);
            }
            else
            {
                market.Trades([moment.Trade!.Value]);
                var due = Minute(moment.At) - Interval.Minute.Length;
                if (due >= Midnight && market.Candles(Btc, "1m", 1, DateTimeOffset.MaxValue).All(c => c.OpenTime < due))
                {
                    // As the feed completes what it missed trades of.
                    market.History(Btc, Interval.Minute, Record(moment.At), derive: false);
                }
            }
        }
    }

    /// <summary>The exchange's, as far as it has come; it has no marks.</summary>
    private List<Candle> Record(DateTimeOffset now) =>
    [
        .. _trades.Where(t => t.MarketTime < Minute(now)).GroupBy(t => Minute(t.MarketTime)).Select(
            m => new Candle(Btc, "1m", m.Key, m.First().Price, m.Max(t => t.Price), m.Min(t => t.Price), m.Last().Price, m.Sum(t => t.Quantity), true)),
    ];

    private static DateTimeOffset Minute(DateTimeOffset time) => Interval.Minute.Floor(time);

    /// <param name="At">End of the candle.</param>
    internal sealed record Raising(Guid Id, string Rule, DateTimeOffset At);

    /// <param name="At">When it comes.</param>
    internal sealed record Moment(DateTimeOffset At, Trade? Trade, Mark? Mark);

    /// <summary>As the database does.</summary>
    private sealed class Keeper(SortedDictionary<DateTimeOffset, Candle> kept) : ICandleListener
    {
        public void Started(FeedStatus status)
        {
        }

        public void History(string symbol, Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed)
        {
            foreach (var candle in changed)
            {
                Closed(candle);
            }
        }

        public void Closed(Candle candle)
        {
            if (candle.Interval == "1m")
            {
                kept[candle.OpenTime] = kept.GetValueOrDefault(candle.OpenTime) is { MarkPrice: not null } known
                    ? candle with { MarkPrice = known.MarkPrice, FundingRate = known.FundingRate }
                    : candle;
            }
        }
    }
}
