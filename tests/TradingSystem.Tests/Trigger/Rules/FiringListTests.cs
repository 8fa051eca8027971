using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Tests.Trigger.Feeds;
using TradingSystem.Tests.Venues.Simulated;
using TradingSystem.TestSupport.Servers;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;

namespace TradingSystem.Tests.Trigger.Rules;

/// <summary>
/// The same market rehearsed, replayed, and told by an exchange over a socket: rules say the same of it, at the same closes, in the same words.
/// <c>FIRING_DAYS</c> says how many days of the month.
/// </summary>
[TestFixture]
public sealed class FiringListTests
{
    // A replay shows so much before it begins to play.
    private static readonly TimeSpan Past = TimeSpan.FromHours(26);

    private static readonly IReadOnlyList<ArmedRule> Rules =
    [
        .. RehearsalTests.Rules.Select((r, i) => new ArmedRule(
            new($"00000000-0000-0000-0000-00000000000{i}"), 1, default,
            // A cooldown of an hour may begin with a firing that only the longest of the three pasts knows of.
            r with { Interval = r.Interval ?? "1m", CooldownS = r.CooldownS is > 600 ? 600 : r.CooldownS })),
    ];

    private static readonly string[] Btc = ["BTCUSDT"];

    // Over what the exchange alone tells, beside the candles: a recording has none of it.
    private static readonly IReadOnlyList<ArmedRule> MarkRules =
    [
        .. new RuleDocument[]
        {
            new("premium", Btc, new(Left: new(Candle: "mark_price"), Op: RuleWords.Crosses, Right: new(Candle: "close")), "t", Interval: "1m", CooldownS: 300),
            new("mark_move", Btc, new(Left: new(Candle: "mark_price"), Op: RuleWords.Moves, ByPct: 0.2m, WithinS: 600), "t", Interval: "1m"),
            new("dear", Btc, new(Left: new(Candle: "funding_rate"), Op: RuleWords.Gt, Right: new(Value: 0.0001m), ForS: 120), "t", Interval: "1m"),
            new("mark_5m", Btc, new(Left: new(Candle: "mark_price"), Op: RuleWords.Gt, Right: new(Candle: "mark_price", Ago: 1, Times: 1.0005m)), "t", Interval: "5m"),
        }.Select((r, i) => new ArmedRule(new($"00000000-0000-0000-0000-0000000000a{i}"), 1, default, r)),
    ];

    private readonly Candle[] _month;
    private readonly DateTimeOffset _begin;

    public FiringListTests()
    {
        var days = int.TryParse(Environment.GetEnvironmentVariable("FIRING_DAYS"), CultureInfo.InvariantCulture, out var given) ? given : 1;
        _month =
        [
            // It begins at midnight, for a volume-weighted average does so too, and not each of the three pasts reaches back to one.
            .. CandleFile.Month().Candles.SkipWhile(c => c.OpenTime.TimeOfDay + Past != TimeSpan.FromDays(2))
                .Select(c => new Candle("BTCUSDT", "1m", c.OpenTime, c.Open, c.High, c.Low, c.Close, c.Volume, true))
                .Take((int)(Past + TimeSpan.FromDays(days)).TotalMinutes),
        ];
        _begin = _month[0].OpenTime + Past;
    }

    [Test]
    public async Task A_market_that_is_rehearsed_replayed_or_live_comes_to_the_same_firings()
    {
        var rehearsed = Rehearsed(Rules, _month);
        Assert.That(rehearsed, Has.Count.GreaterThan(20), "the rules must have something to say");

        Assert.That(await ReplayedAsync(), Is.EqualTo(rehearsed), "replayed");
        var (live, liveByMarks, kept) = await LiveAsync();
        Assert.That(live, Is.EqualTo(rehearsed), "live");

        var rehearsedByMarks = Rehearsed(MarkRules, kept);
        foreach (var rule in MarkRules)
        {
            var name = rule.Document.Name;
            Assert.That(rehearsedByMarks.Count(l => l.Contains($" {name} ", StringComparison.Ordinal)), Is.GreaterThan(1), name);
        }

        Assert.That(liveByMarks, Is.EqualTo(rehearsedByMarks), "live by marks, and rehearsed over what was kept of them");
    }

    private List<string> Rehearsed(IReadOnlyList<ArmedRule> rules, IReadOnlyList<Candle> candles)
    {
        var found =
            from rule in rules
            let interval = Interval.From(Interval.Minute).Single(i => i.Name == rule.Document.Interval)
            from f in new Rehearsal(candles, Interval.Minute, interval).Of(rule.Document, told: int.MaxValue)
                // The last candle is closed by one that follows it, which a market that stops here has none of.
            where f.HeldBack is null && f.At > _begin && f.At < _month[^1].OpenTime
            select Line(rule.Document.Name, f.At, f.Direction, f.Candle.Close, f.ChangePct * 100, RuleJson.Write(f.Clauses));
        return [.. found.Order(StringComparer.Ordinal)];
    }

    private async Task<List<string>> ReplayedAsync()
    {
        using var folder = new ReplayFolder();
        var file = folder.Csv("BTCUSDT-1m.csv", _month.Select(
            c => FormattableString.Invariant($"{c.OpenTime.ToUnixTimeMilliseconds()},{c.Open},{c.High},{c.Low},{c.Close},{c.Volume},{c.OpenTime.ToUnixTimeMilliseconds() + 59_999},0,0,0,0,0")));
        var raised = new List<ImmediateEvent>();
        var market = new WatchedMarket(TimeProvider.System, Engine(raised, TimeProvider.System));
        var feed = new ReplayFeed(
            ReplayRecording.Of(file), 100_000, false, new MemoryFeedStates().Patient(TimeProvider.System), new InstantTime(), NullLogger<ReplayFeed>.Instance);
        using var stop = new CancellationTokenSource();
        var run = Task.Run(() => feed.RunAsync(market, stop.Token));
        await Wait.UntilAsync("the replay is over", () => run.IsCompleted || market.State.Status is { IsOver: true });
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        return Lines(Rules, raised);
    }

    private async Task<(List<string> Lines, List<string> ByMarks, IReadOnlyList<Candle> Kept)> LiveAsync()
    {
        var time = new ManualTime(_begin);
        await using var exchange = await PlayedStream.StartAsync(time, request => Klines(request, time.GetUtcNow()));
        var raised = new List<ImmediateEvent>();
        var kept = new KeptMinutes();
        var market = new WatchedMarket(time, Engine(raised, time), kept);
        var options = new LiveOptions
        {
            TradePaths = ["/market/stream"],
            // The clock goes in steps of a quarter of a minute.
            DeadAfter = TimeSpan.FromMinutes(1),
            CompletionGrace = TimeSpan.FromSeconds(16),
            RenewAfter = TimeSpan.FromDays(40),
            SilenceDeadline = TimeSpan.FromDays(40),
            ConnectDeadline = TimeSpan.FromDays(1),
            RestDeadline = TimeSpan.FromDays(1),
        };
        using var stop = new CancellationTokenSource();
        var run = exchange.Feed(options, time, "BTCUSDT").RunAsync(market, stop.Token);
        await WatchedMarket.UntilAsync("the connection", () => exchange.Standing == 1);
        var (told, price) = (0, _month.First(c => c.OpenTime >= _begin).Open);
        await TellAsync([]);
        await WatchedMarket.UntilAsync("the past", () => market.State.HistoryVersion >= 4);
        var id = 0L;
        foreach (var bar in _month.Where(c => c.OpenTime >= _begin))
        {
            foreach (var trade in ReplayFeed.Expand("BTCUSDT", new(bar.OpenTime, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume), Interval.Minute))
            {
                if (trade.MarketTime > time.GetUtcNow())
                {
                    time.Advance(trade.MarketTime - time.GetUtcNow());
                }

                price = trade.Price;
                await TellAsync([PlayedStream.Trade("BTCUSDT", ++id, trade.MarketTime, trade.Price, trade.Quantity)]);
                await CompleteAsync(market, time, trade.MarketTime);
            }
        }

        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(market.Tears, Has.Count.EqualTo(1), "only the start is torn");
        return (Lines(Rules, raised), Lines(MarkRules, raised), kept.All);

        async Task TellAsync(IReadOnlyList<string> messages)
        {
            // The mark behind them shows that they have come: no two of them are the same. The last of a minute is to be young enough at its end.
            var mark = Math.Round(price * (1 + (((++told / 3 % 7) - 3) * 0.0002m)), 2) + (told * 0.00000001m);
            await exchange.TellAsync([.. messages, PlayedStream.Mark("BTCUSDT", time.GetUtcNow().AddSeconds(9), mark, 0.0001m + ((told / 50 % 3) * 0.00001m))]);
            await WatchedMarket.UntilAsync("what was told has come", () => market.WasMarked(mark));
        }
    }

    /// <summary>Bars that began before the first trade come over REST when they have ended; those of an hour are asked for once a minute.</summary>
    private async Task CompleteAsync(WatchedMarket market, ManualTime time, DateTimeOffset now)
    {
        for (var turn = 1; !Interval.From(Interval.Minute).All(IsThere); turn++)
        {
            Assert.That(turn, Is.LessThan(60_000), $"what lacks at {now:O}");
            await Task.Delay(1);
            if (turn % 200 == 0)
            {
                // Whoever asks may have been asleep when the clock moved.
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        bool IsThere(Interval interval)
        {
            var grace = TimeSpan.FromSeconds(interval.Length <= TimeSpan.FromMinutes(5) ? 16 : 90);
            var newest = interval.Floor(now - grace) - interval.Length;
            return newest < _begin || market.State.Candles("BTCUSDT", interval.Name, 1, DateTimeOffset.MaxValue)[0].OpenTime >= newest;
        }
    }

    private static RuleEngine Engine(List<ImmediateEvent> raised, TimeProvider time)
    {
        var engine = new RuleEngine(s => raised.Add(s.Item), _ => { }, time, NullLogger<RuleEngine>.Instance);
        engine.Arm([.. Rules, .. MarkRules], RuleMemories.None);
        return engine;
    }

    private List<string> Lines(IReadOnlyList<ArmedRule> rules, IEnumerable<ImmediateEvent> raised)
    {
        var found =
            from e in raised
            let payload = JsonNode.Parse(e.Payload)!
            let at = DateTimeOffset.Parse(payload["market_time"]!.GetValue<string>(), CultureInfo.InvariantCulture)
            where at > _begin && at < _month[^1].OpenTime && rules.Any(r => r.Document.Name == payload["rule"]!.GetValue<string>())
            select Line(
                payload["rule"]!.GetValue<string>(), at, payload["direction"]?.GetValue<string>(), payload["price"]!.GetValue<decimal>(),
                payload["change_bps"]?.GetValue<decimal>(), RuleJson.Write(RuleJson.ReadClauses(payload["clauses"]!.ToJsonString())));
        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static string Line(string rule, DateTimeOffset at, string? direction, decimal price, decimal? changeBps, string clauses) => string.Create(
        CultureInfo.InvariantCulture,
        $"{at:O} {rule} {direction} {price} {(changeBps is { } change ? Math.Round(change, 2) : null)} {clauses}");

    /// <summary>The exchange's own record, as far as it has come.</summary>
    private string Klines(HttpRequest request, DateTimeOffset now)
    {
        var interval = Interval.From(Interval.Minute).Single(i => i.Name == request.Query["interval"]);
        var bars = _month.Where(c => c.OpenTime < now).GroupBy(c => interval.Floor(c.OpenTime));
        var count = int.Parse(request.Query["limit"]!, CultureInfo.InvariantCulture);
        var asked = long.TryParse(request.Query["startTime"], CultureInfo.InvariantCulture, out var since)
            ? bars.Where(b => b.Key.ToUnixTimeMilliseconds() >= since).Take(count)
            : bars.TakeLast(count);
        return $"[{string.Join(',', asked.Select(b => Row(b.Key, [.. b])))}]";

        static string Row(DateTimeOffset open, Candle[] minutes) => string.Create(
            CultureInfo.InvariantCulture,
            $"[{open.ToUnixTimeMilliseconds()},\"{minutes[0].Open}\",\"{minutes.Max(c => c.High)}\",\"{minutes.Min(c => c.Low)}\",\"{minutes[^1].Close}\",\"{minutes.Sum(c => c.Volume)}\"]");
    }

    /// <summary>What the database keeps: closed minutes.</summary>
    private sealed class KeptMinutes : ICandleListener
    {
        private readonly SortedDictionary<DateTimeOffset, Candle> _kept = [];

        public IReadOnlyList<Candle> All => [.. _kept.Values];

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
                _kept[candle.OpenTime] = candle;
            }
        }
    }
}
