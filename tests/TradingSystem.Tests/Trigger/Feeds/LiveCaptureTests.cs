using System.Globalization;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>
/// Captured minutes through a socket that is cut, falls mute or leaves trades out: whatever is told of candles is what the uninterrupted stream makes, to
/// the last digit, and no gap goes untold for more than three seconds. <c>CAPTURE_RUNS</c> says how many runs of the capture, <c>CAPTURE_SEED</c> which is
/// the first.
/// </summary>
public sealed class LiveCaptureTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly Interval[] Kept = [Interval.Minute, Interval.FiveMinutes];
    private static readonly int Runs = Number("CAPTURE_RUNS", 3);
    private static readonly int FirstSeed = Number("CAPTURE_SEED", 1);

    [Test]
    public async Task A_captured_stream_that_is_never_interrupted_makes_the_exchanges_own_candles_though_its_connection_is_renewed()
    {
        var capture = LiveCapture.Real() ?? Ignored();
        await using var run = await Run.StartAsync(capture, seed: 0);
        await run.PlayAsync([]);
        run.IsTheRecord(wholeSeconds: true);
    }

    [Test]
    public async Task A_captured_stream_that_is_interrupted_makes_the_same_candles()
    {
        var capture = LiveCapture.Real() ?? Ignored();
        for (var seed = FirstSeed; seed < FirstSeed + Runs; seed++)
        {
            await PlayAsync(capture, seed);
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task A_drawn_stream_that_is_interrupted_makes_the_same_candles(int seed) => await PlayAsync(LiveCapture.Drawn(seed, seconds: 200), seed);

    [Test]
    public async Task A_drawn_stream_whose_connection_is_renewed_lacks_not_one_second()
    {
        await using var run = await Run.StartAsync(LiveCapture.Drawn(seed: 3, seconds: 200), seed: 3);
        await run.PlayAsync([]);
        run.IsTheRecord(wholeSeconds: true);
    }

    private static async Task PlayAsync(LiveCapture capture, int seed)
    {
        var random = new Random(seed);
        var seconds = (int)(capture.End - capture.Begin).TotalSeconds;
        // One in each part of the stream, so that there is time to come back from each.
        var count = random.Next(1, 6);
        var part = (seconds - 20) / count;
        var cuts = Enumerable.Range(0, count)
            .Select(i => new Cut((CutKind)random.Next(3), 5 + (i * part) + random.Next(part / 3), 1 + random.Next(12)))
            .ToList();
        await using var run = await Run.StartAsync(capture, seed);
        await run.PlayAsync(cuts);
        Assert.Multiple(() =>
        {
            run.IsTheRecord(wholeSeconds: false);
            run.ToldItsGaps(cuts);
        });
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : otherwise;

    private static LiveCapture Ignored()
    {
        Assert.Ignore("There is no shared/data beside the repository.");
        return null!;
    }

    private enum CutKind
    {
        /// <summary>The connection breaks, and nobody can connect for a while.</summary>
        Broken,

        /// <summary>The connection stands and brings nothing.</summary>
        Mute,

        /// <summary>The connection ticks and leaves trades out.</summary>
        Hole,
    }

    /// <param name="At">Seconds from the begin of the stream.</param>
    /// <param name="Length">Seconds.</param>
    private sealed record Cut(CutKind Kind, int At, int Length)
    {
        public bool Holds(int second) => second > At && second <= At + Length;
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly LiveCapture _capture;
        private readonly int _seed;
        private readonly ManualTime _time;
        private readonly PlayedStream _exchange;
        private readonly WatchedMarket _market;
        private readonly CancellationTokenSource _stop = new();
        private readonly Dictionary<(string, DateTimeOffset), Candle> _told = [];
        private readonly List<Candle> _changed = [];
        private readonly Task _feed;
        private int _next;
        private decimal _marked;

        private Run(LiveCapture capture, int seed, ManualTime time, PlayedStream exchange)
        {
            (_capture, _seed, _time, _exchange) = (capture, seed, time, exchange);
            _market = new(time);
            var options = new LiveOptions
            {
                TradePaths = ["/market/stream"],
                // A renewal or two, so that cuts meet those as well.
                RenewAfter = TimeSpan.FromSeconds(95),
                LongestOverlap = TimeSpan.FromSeconds(20),
                LongestBackoff = TimeSpan.FromMilliseconds(300),
                ConnectDeadline = TimeSpan.FromMinutes(10),
                RestDeadline = TimeSpan.FromMinutes(10),
            };
            _feed = exchange.Feed(options, time, LiveCapture.Symbol).RunAsync(_market, _stop.Token);
        }

        public static async Task<Run> StartAsync(LiveCapture capture, int seed)
        {
            var time = new ManualTime(capture.Begin);
            var exchange = await PlayedStream.StartAsync(time, request => Klines(capture, request, time.GetUtcNow()));
            var run = new Run(capture, seed, time, exchange);
            await WatchedMarket.UntilAsync("the first connection", () => exchange.Standing == 1);
            await run.TellAsync([]);
            return run;
        }

        public async Task PlayAsync(IReadOnlyList<Cut> cuts)
        {
            var seconds = (int)(_capture.End - _capture.Begin).TotalSeconds;
            for (var second = 1; second <= seconds; second++)
            {
                foreach (var cut in cuts.Where(c => c.Kind == CutKind.Broken && c.At + 1 == second))
                {
                    _exchange.Refuses = true;
                    _exchange.Cut();
                    var since = _time.GetUtcNow();
                    await WatchedMarket.UntilAsync($"{this}: {cut} is noticed", () => _market.Tears.Any(t => t >= since) && _exchange.Standing == 0);
                }

                _exchange.IsMute = cuts.Any(c => c.Kind == CutKind.Mute && c.Holds(second));
                _exchange.Refuses = cuts.Any(c => c.Kind == CutKind.Broken && c.Holds(second));
                await StepAsync(isHole: cuts.Any(c => c.Kind == CutKind.Hole && c.Holds(second)));
            }

            // Silence closes nothing: the record brings the last minute, and what lacks before it.
            (_exchange.IsMute, _exchange.Refuses) = (false, false);
            for (var i = 0; i < 300 && !IsComplete; i++)
            {
                await StepAsync(isHole: false);
            }

            Assert.That(IsComplete, $"{this}: {string.Join(", ", _market.State.Lacking(TimeSpan.Zero))}");
        }

        /// <summary>All that was told of a minute and more, and what is known in the end; of single seconds what was told.</summary>
        public void IsTheRecord(bool wholeSeconds)
        {
            var now = _time.GetUtcNow();
            foreach (var interval in Kept)
            {
                var record = _capture.Record(interval, now)
                    .Where(c => c.Closed && c.OpenTime + interval.Length > _capture.Begin && c.OpenTime < _capture.End).ToList();
                var known = _market.State.Candles(LiveCapture.Symbol, interval.Name, 1_000, now).ToDictionary(c => c.OpenTime);
                Assert.That(record, Has.Count.GreaterThan(0));
                Assert.That(record.Select(c => known.GetValueOrDefault(c.OpenTime)).Select(Bare), Is.EqualTo(record), $"{this} {interval} known");
                var told = record.Where(c => _told.ContainsKey((c.Interval, c.OpenTime))).ToList();
                Assert.That(told.Select(c => Bare(_told[(c.Interval, c.OpenTime)])), Is.EqualTo(told), $"{this} {interval} told");
            }

            var seconds = _capture.Record(Interval.Second, now)
                .Where(c => c.Closed && c.OpenTime > _capture.Begin && c.OpenTime < _capture.End - Second).ToList();
            var lacking = seconds.Where(c => !_told.ContainsKey(("1s", c.OpenTime))).ToList();
            Assert.That(seconds.Except(lacking).Select(c => Bare(_told[("1s", c.OpenTime)])), Is.EqualTo(seconds.Except(lacking)), $"{this} 1s told");
            Assert.That(_changed, Is.Empty, $"{this} told as closed and then otherwise");
            Assert.That(_market.Ids, Is.Ordered.And.Unique, $"{this} no trade twice");
            if (wholeSeconds)
            {
                Assert.That(lacking.Select(c => c.OpenTime), Is.Empty, $"{this} seconds that lack");
                Assert.That(_market.Ids, Is.EqualTo(_capture.Trades.Select(t => t.Id)), $"{this} each trade once");
                Assert.That(_market.Tears, Has.Count.EqualTo(1), $"{this} only the start is torn");
                Assert.That(_exchange.Opened, Is.GreaterThan(1), $"{this} it was renewed");
            }
        }

        /// <summary>Within three seconds of its begin, or of the first trade behind it where the connection went on ticking.</summary>
        public void ToldItsGaps(IReadOnlyList<Cut> cuts)
        {
            foreach (var cut in cuts)
            {
                var begin = _capture.Begin.AddSeconds(cut.At);
                var missed = _capture.Trades.Where(t => t.MarketTime > begin && t.MarketTime <= begin.AddSeconds(cut.Length)).ToList();
                if (cut.Kind == CutKind.Broken || (cut.Kind == CutKind.Mute && cut.Length > 3))
                {
                    Assert.That(
                        _market.Statuses.Any(s => s.At >= begin && s.At <= begin.AddSeconds(3) && s.Status.Notice is not null), $"{this} {cut} is told");
                }

                if (cut.Kind == CutKind.Mute && cut.Length > 3)
                {
                    Assert.That(_market.Statuses.Any(s => s.At == begin.AddSeconds(3) && s.Status is { Alive: false }), $"{this} {cut} is a death");
                }

                if (missed.Count > 0)
                {
                    var behind = Interval.Second.Floor(_capture.Trades.FirstOrDefault(t => t.MarketTime > begin.AddSeconds(cut.Length)).MarketTime) + Second;
                    Assert.That(_market.Tears.Any(t => t >= begin && (t <= begin.AddSeconds(3) || t <= behind)), $"{this} {cut} is a gap");
                }
            }
        }

        public override string ToString() => $"seed {_seed}";

        /// <summary>What the exchange's record has of it: no marks.</summary>
        private static Candle? Bare(Candle? candle) => candle is null ? null : candle with { MarkPrice = null, FundingRate = null };

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _exchange.DisposeAsync();
            _stop.Dispose();
        }

        private bool IsComplete =>
            // The market's time is a second behind at most: trades are told at the end of theirs.
            _time.GetUtcNow() > Interval.Minute.Floor(_capture.End) + Interval.Minute.Length + Second
            && !_market.State.Lacking(TimeSpan.Zero).Any(l => Kept.Contains(l.Interval));

        private async Task StepAsync(bool isHole)
        {
            _time.Advance(Second);
            var now = _time.GetUtcNow();
            var messages = new List<string>();
            for (; _next < _capture.Trades.Count && _capture.Trades[_next] is var t && t.MarketTime <= now; _next++)
            {
                if (!isHole)
                {
                    messages.Add(PlayedStream.Trade(t.Symbol, t.Id!.Value, t.MarketTime, t.Price, t.Quantity, t.TakerBuys == false));
                }
            }

            if (_capture.Quotes.TryGetValue(now - Second, out var quote))
            {
                await _exchange.QuoteAsync(quote);
            }

            await TellAsync(messages);
            // As the publisher does.
            _market.State.CloseQuiet();
            foreach (var candle in _market.State.TakeClosed())
            {
                if (_told.TryGetValue((candle.Interval, candle.OpenTime), out var before) && before != candle)
                {
                    _changed.Add(before);
                }

                _told[(candle.Interval, candle.OpenTime)] = candle;
            }
        }

        /// <summary>Ends when all that stands has brought it, or has ended.</summary>
        private async Task TellAsync(List<string> messages)
        {
            if (!_exchange.Refuses && !_exchange.IsMute && _exchange.Standing == 0)
            {
                await ComeBackAsync();
            }

            if (_exchange.IsMute && _market.Statuses[^1].Status is { Alive: false, DeadSince: { } since })
            {
                await WatchedMarket.UntilAsync($"{this}: the mute connection is given up", () => _market.Tears.Any(t => t >= since));
            }

            for (var isWhole = false; !isWhole && !_exchange.IsMute; messages = [])
            {
                var (standing, opened) = (_exchange.Standing, _exchange.Opened);
                var marks = Enumerable.Range(0, standing).Select(_ => ++_marked).ToList();
                await Task.WhenAll(
                    marks.Select((mark, i) => _exchange.TellAsync([.. messages, PlayedStream.Mark(LiveCapture.Symbol, _time.GetUtcNow(), mark)], i)));
                await WatchedMarket.UntilAsync(
                    $"{this}: what was told has come",
                    () => marks.TrueForAll(_market.WasMarked) || _exchange.Standing != standing || _exchange.Opened != opened);
                // One that came or went meanwhile is asked again, so that all have come as far as the clock.
                isWhole = marks.TrueForAll(_market.WasMarked);
            }
        }

        /// <summary>Its pause is over with this second, or with the next.</summary>
        private async Task ComeBackAsync()
        {
            var started = TimeProvider.System.GetTimestamp();
            while (_exchange.Standing == 0 && TimeProvider.System.GetElapsedTime(started) < Second)
            {
                await Task.Delay(1);
            }
        }

        private static string Klines(LiveCapture capture, HttpRequest request, DateTimeOffset now)
        {
            var interval = Interval.From(Interval.Second).Single(i => i.Name == request.Query["interval"]);
            var record = capture.Record(interval, now);
            var count = int.Parse(request.Query["limit"]!, CultureInfo.InvariantCulture);
            var asked = long.TryParse(request.Query["startTime"], CultureInfo.InvariantCulture, out var since)
                ? record.Where(c => c.OpenTime.ToUnixTimeMilliseconds() >= since).Take(count)
                : record.TakeLast(count);
            return $"[{string.Join(',', asked.Select(Row))}]";

            static string Row(Candle c) => string.Create(
                CultureInfo.InvariantCulture, $"[{c.OpenTime.ToUnixTimeMilliseconds()},\"{c.Open}\",\"{c.High}\",\"{c.Low}\",\"{c.Close}\",\"{c.Volume}\"]");
        }
    }
}
