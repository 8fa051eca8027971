using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Publishing;
using TradingSystem.Trigger.Rules;

namespace TradingSystem.Tests.Trigger.Rules;

public sealed class RuleTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Symbols = ["BTCUSDT"];

    [Test]
    public void The_averages_agree_with_the_sum_of_weighted_closes()
    {
        var closes = Enumerable.Range(0, 120).Select(i => 100 + (10 * Math.Sin(i / 7.0)) + (i % 5)).ToList();
        var rule = new EmaCrossRule(8, 21);
        for (var i = 0; i < closes.Count; i++)
        {
            rule.Observe(Bar(i, (decimal)closes[i]));
            Assert.That((double)rule.Fast, Is.EqualTo(Weighted(closes, i, 8)).Within(1e-9));
            Assert.That((double)rule.Slow, Is.EqualTo(Weighted(closes, i, 21)).Within(1e-9));
        }
    }

    [Test]
    public void A_cross_is_told_once_and_a_touch_is_none()
    {
        var rule = new EmaCrossRule(2, 4);
        decimal[] closes = [.. Enumerable.Repeat(100m, 10), 99, 98, 97, 110, 111, 112, 113, 113, 113, 90, 89];
        var told = closes.Select((c, i) => rule.Observe(Bar(i, c))).Where(s => s is not null).Select(s => s!.Direction);
        Assert.That(told, Is.EqualTo(new[] { "up", "down" }));
    }

    [Test]
    public void Nothing_is_told_before_the_slow_average_is_warm()
    {
        var rule = new EmaCrossRule(2, 10);
        decimal[] closes = [100, 90, 120, 80, 130, 70, 140, 60];
        Assert.That(closes.Select((c, i) => rule.Observe(Bar(i, c))), Is.All.Null);
    }

    [Test]
    public void A_move_is_told_once_and_measured_afresh()
    {
        var rule = new PriceMoveRule(50, TimeSpan.FromSeconds(60));
        decimal[] closes = [100, 100.2m, 100.5m, 100.6m, 100.4m, 100m];
        var told = closes.Select((c, i) => rule.Observe(Bar(i, c))).Where(s => s is not null).Select(s => (s!.Direction, s.Price));
        Assert.That(told, Is.EqualTo(new[] { ("up", 100.5m), ("down", 100m) }));
    }

    [TestCase("0.000000001", 3945, "0.000003945")]
    [TestCase("0.00000001", 394, "0.00000394")]
    [TestCase("0.1", 968_636, "96,863.6")]
    [TestCase("1", 96_863, "96,863")]
    public void A_text_has_the_digits_that_the_market_is_quoted_in(string tick, int ticks, string price)
    {
        var step = decimal.Parse(tick, CultureInfo.InvariantCulture);
        var (move, cross) = (new PriceMoveRule(10, TimeSpan.FromSeconds(60)), new EmaCrossRule(2, 4));
        move.Observe(Bar(0, (ticks - (ticks / 100)) * step));
        Assert.That(move.Observe(Bar(1, ticks * step))!.Text, Does.EndWith($" bps to {price}"));
        int[] below = [.. Enumerable.Range(1, 10).Select(i => ticks - i)];
        foreach (var (at, i) in below.Select((t, i) => (t, i)))
        {
            cross.Observe(Bar(i, at * step));
        }

        var crossed = cross.Observe(Bar(below.Length, ticks * step))!;
        Assert.That(crossed.Text, Does.EndWith($" at {price}"));
        Assert.That(crossed.Values["fast"]!.GetValue<decimal>() % step, Is.Not.Zero, "an average is finer than the prices that it is of");
        Assert.That(crossed.Values["fast"]!.GetValue<decimal>(), Is.GreaterThan(crossed.Values["slow"]!.GetValue<decimal>()));
    }

    [Test]
    public void A_round_price_keeps_the_places_of_its_bar()
    {
        var rule = new PriceMoveRule(10, TimeSpan.FromSeconds(60));
        rule.Observe(Bar(0, 2_400m));
        Assert.That(rule.Observe(Bar(1, 2_500m) with { High = 2_500.25m })!.Text, Does.EndWith(" to 2,500.00"));
    }

    [Test]
    public void Every_rule_with_options_of_its_own_is_made_where_it_is_enabled_and_only_there()
    {
        var own = typeof(RuleOptions).GetProperties().Where(p => p.PropertyType.GetProperty("Enabled") is not null).ToList();
        var options = new RuleOptions();
        foreach (var property in own)
        {
            own.ForEach(p => p.PropertyType.GetProperty("Enabled")!.SetValue(p.GetValue(options), p == property));
            Assert.That(options.Create().Select(r => r.GetType().Name), Is.EqualTo(new[] { property.Name + "Rule" }));
        }
    }

    [Test]
    public async Task An_event_carries_the_signal_and_keeps_its_id_when_sent_again()
    {
        var publisher = new Recorder(PublishOutcome.Unknown, PublishOutcome.Durable);
        var raised = await RunAsync(publisher, FeedStatus.Simulated, expected: 2);
        var e = raised[0];
        var payload = JsonDocument.Parse(e.Payload).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(raised[1], Is.SameAs(e));
            Assert.That(e.Id.Version, Is.EqualTo(5));
            Assert.That(e.SourceId, Is.EqualTo("rule:ema_cross:BTCUSDT"));
            Assert.That(e.Targets, Is.EqualTo(new[] { "symbol:BTCUSDT" }));
            Assert.That(e.Title, Is.EqualTo("BTCUSDT EMA 8/21 crossed up at 95,012.3"));
            Assert.That(e.Priority, Is.EqualTo(6));
            Assert.That(e.CorrelationId, Is.EqualTo(e.Id.ToString()));
            Assert.That(payload.GetProperty("rule").GetString(), Is.EqualTo("ema_cross"));
            Assert.That(payload.GetProperty("direction").GetString(), Is.EqualTo("up"));
            Assert.That(payload.GetProperty("price").GetDecimal(), Is.EqualTo(95_012.30m));
            Assert.That(payload.GetProperty("market_time").GetString(), Is.EqualTo("2026-03-02T00:00:31.000Z"));
        });
    }

    [Test]
    public async Task Another_run_raises_new_events_except_on_a_live_market()
    {
        async Task<Guid> Id(string source) => (await RunAsync(new Recorder(PublishOutcome.Durable), source, 1))[0].Id;
        Assert.That(await Id(FeedStatus.Replay), Is.Not.EqualTo(await Id(FeedStatus.Replay)));
        Assert.That(await Id(FeedStatus.Live), Is.EqualTo(await Id(FeedStatus.Live)));
    }

    private static async Task<IReadOnlyList<ImmediateEvent>> RunAsync(Recorder recorder, string source, int expected)
    {
        var bus = new BusReadiness();
        await bus.PostStart(null!, Task.FromResult<MassTransit.BusReady>(null!));
        using var publisher = new EventPublisher(recorder, bus, TimeProvider.System, NullLogger<EventPublisher>.Instance);
        var engine = new RuleEngine(
            new RuleOptions { Symbols = "btcusdt", PriceMove = new() { Enabled = false } }, publisher, TimeProvider.System, NullLogger<RuleEngine>.Instance);
        engine.Started(new FeedStatus(source, source, Interval.Second, Interval.Second, Symbols, null));
        engine.History("BTCUSDT", Interval.Second, [.. Enumerable.Range(0, 30).Select(i => Bar(i, 95_000 - (i / 10m)))], []);
        engine.Closed(Bar(30, 95_012.30m));
        await publisher.StartAsync(CancellationToken.None);
        for (var i = 0; i < 500 && recorder.Sent.Count < expected; i++)
        {
            await Task.Delay(10);
        }

        await publisher.StopAsync(CancellationToken.None);
        Assert.That(recorder.Sent, Has.Count.EqualTo(expected));
        return recorder.Sent;
    }

    private static Candle Bar(int second, decimal close) =>
        new("BTCUSDT", "1s", Midnight.AddSeconds(second), close, close, close, close, 1, true);

    private static double Weighted(List<double> closes, int last, int period)
    {
        var alpha = 2.0 / (period + 1);
        var sum = Math.Pow(1 - alpha, last) * closes[0];
        for (var i = 1; i <= last; i++)
        {
            sum += alpha * Math.Pow(1 - alpha, last - i) * closes[i];
        }

        return sum;
    }

    private sealed class Recorder(params PublishOutcome[] outcomes) : IDurablePublisher
    {
        private readonly List<ImmediateEvent> _sent = [];

        public IReadOnlyList<ImmediateEvent> Sent
        {
            get
            {
                lock (_sent)
                {
                    return [.. _sent];
                }
            }
        }

        public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
            where TItem : class
        {
            lock (_sent)
            {
                _sent.Add((ImmediateEvent)(object)item);
                return Task.FromResult(outcomes[Math.Min(_sent.Count, outcomes.Length) - 1]);
            }
        }

        public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
            where TItem : class => throw new NotSupportedException("rules publish one by one");
    }
}
