using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.TradingGroup.Discussions;
using TradingSystem.TradingGroup.Market;
using TradingSystem.TradingGroup.Settings;
using TradingSystem.TradingGroup.Storage;

namespace TradingSystem.Tests.TradingGroup.Discussions;

[TestFixture]
public sealed class DiscussionTests
{
    [TestCase("""{"symbol":"BTCUSDT","interval":"15m","direction":"up"}""", "BTCUSDT", "15m", 1)]
    [TestCase("""{"direction":"SELL","interval":15}""", null, null, -1)]
    [TestCase("""[1]""", null, null, 0)]
    [TestCase("""CPI is out""", null, null, 0)]
    [TestCase("""{"symbol":"\ud800"}""", null, null, 0)]
    public void A_payload_is_read_as_far_as_it_can_be(string payload, string? symbol, string? interval, int direction) =>
        Assert.That(Topic.Read(payload), Is.EqualTo(new Topic(symbol, interval, direction, null)));

    [Test]
    public void A_group_stands_where_execution_says_once_it_has_spoken_after_the_decision()
    {
        var stance = new StanceRow { Direction = 1, LastDiscussionAt = Bars.Start };

        Assert.That(Standing.Of(stance, null), Is.EqualTo(1), "nothing heard: the decision counts");
        Assert.That(Standing.Of(stance, new HeldPosition(-0.5m, Bars.Start.AddSeconds(-1))), Is.EqualTo(1), "older than the decision");
        Assert.That(Standing.Of(stance, new HeldPosition(0, Bars.Start.AddSeconds(1))), Is.Zero, "refused");
        Assert.That(Standing.Of(stance, new HeldPosition(-0.5m, Bars.Start.AddSeconds(1))), Is.EqualTo(-1));
    }

    [Test]
    public void An_announcement_is_a_complete_post_trade_whose_ids_derive_from_group_and_event()
    {
        var (group, trigger) = (Bars.Group(), Bars.Event());

        var (log, decision) = Announcement.Of(group, trigger, Panel.WithoutData(group, "none")(0), null, Bars.Start, TimeSpan.FromMinutes(1));

        Assert.That(decision.Id, Is.EqualTo(Announcement.DecisionId(group.Id, trigger.Id)).And.Not.EqualTo(log.Id));
        Assert.That(log.DecisionId, Is.EqualTo(decision.Id));
        Assert.That(decision.TriggerEventId, Is.EqualTo(trigger.Id));
        Assert.That(decision.Action, Is.EqualTo(TradeAction.NoTrade));
        using var payload = JsonDocument.Parse(decision.Payload);
        Assert.That(payload.RootElement.GetProperty("source_id").GetString(), Is.EqualTo(group.Name));
        Assert.That(payload.RootElement.GetProperty("signal").GetProperty("action").GetString(), Is.EqualTo("NO_TRADE"));
        using var condition = JsonDocument.Parse(decision.Condition!);
        Assert.That(condition.RootElement.GetProperty("domain").GetString(), Is.EqualTo("trade_decision"));
        Assert.That(condition.RootElement.GetProperty("trace").GetProperty("correlation_id").GetString(), Is.EqualTo(trigger.Id.ToString()));
        using var opinions = JsonDocument.Parse(log.MemberOpinions);
        Assert.That(opinions.RootElement[0].GetProperty("confidence_pct").GetDecimal(), Is.Zero);
    }

    [Test]
    public void Candles_are_kept_in_order_and_bounded()
    {
        var memory = new CandleMemory();
        foreach (var candle in Bars.Of(Enumerable.Repeat(1m, CandleMemory.Capacity + 10)))
        {
            memory.Add(candle);
        }

        memory.Add(Bars.At(CandleMemory.Capacity + 10, 1, 1, 1) with { Closed = false });
        var kept = memory.Closed("BTCUSDT", "1m");
        Assert.That(kept, Has.Count.EqualTo(CandleMemory.Capacity));
        Assert.That(kept[^1].OpenTime, Is.EqualTo(Bars.Start.AddMinutes(CandleMemory.Capacity + 9)));
    }

    [Test]
    public void A_window_fills_the_past_and_keeps_a_candle_that_closed_after_it()
    {
        var memory = new CandleMemory();
        var candles = Bars.Of([1, 2, 3, 4, 5]);
        memory.Add(candles[3]);
        memory.Add(candles[4]);

        memory.Replace(new CandleWindow("BTCUSDT", "1m", candles[..4]));
        Assert.That(memory.Closed("BTCUSDT", "1m"), Is.EqualTo(candles));

        var other = Bars.Of([9, 8]);
        memory.Replace(new CandleWindow("BTCUSDT", "1m", other));
        Assert.That(memory.Closed("BTCUSDT", "1m"), Is.EqualTo(other), "another market replaces all");
    }

    [Test]
    public void A_truer_candle_replaces_the_one_known_and_a_missed_one_takes_its_place()
    {
        var memory = new CandleMemory();
        var candles = Bars.Of([1, 2, 3, 4, 5]);
        memory.Replace(new CandleWindow("BTCUSDT", "1m", [candles[0], candles[1] with { Close = 9 }]));
        memory.Add(candles[4]);
        Assert.That(memory.InARow("BTCUSDT", "1m", TimeSpan.FromMinutes(1), 100), Is.EqualTo(new[] { candles[4] }), "behind a gap nothing counts");

        memory.Add(candles[1]);
        memory.Add(candles[3]);
        memory.Add(candles[2]);
        Assert.That(memory.Closed("BTCUSDT", "1m"), Is.EqualTo(candles));
        Assert.That(memory.InARow("BTCUSDT", "1m", TimeSpan.FromMinutes(1), 3), Is.EqualTo(candles[2..]));

        var truer = candles[..4].ConvertAll(c => c.OpenTime == candles[3].OpenTime ? c with { Close = 4.5m } : c);
        memory.Replace(new CandleWindow("BTCUSDT", "1m", truer));
        Assert.That(memory.Closed("BTCUSDT", "1m"), Is.EqualTo(truer.Append(candles[4])));
    }

    [TestCase("live", 0)]
    [TestCase("simulated", -3600)]
    public void Another_source_or_a_step_back_in_time_forgets_the_candles_of_that_symbol(string source, int seconds)
    {
        var memory = new CandleMemory();
        PriceTick Tick(string from, double at) => new("BTCUSDT", 1, null, null, Bars.Start.AddSeconds(at), Bars.Start, from);
        Bars.Of([1, 2]).ForEach(memory.Add);
        Bars.Of([1, 2]).ForEach(c => memory.Add(c with { Symbol = "ETHUSDT" }));
        memory.Add(Tick("simulated", 0));
        memory.Add(Tick("simulated", -1));
        Assert.That(memory.Closed("BTCUSDT", "1m"), Has.Count.EqualTo(2));

        memory.Add(Tick(source, seconds));
        Assert.That(memory.Closed("BTCUSDT", "1m"), Is.Empty);
        Assert.That(memory.Closed("ETHUSDT", "1m"), Has.Count.EqualTo(2));
    }

    [TestCase("1s", 1)]
    [TestCase("15m", 900)]
    [TestCase("4h", 14_400)]
    [TestCase("m", null)]
    [TestCase("0m", null)]
    [TestCase("15x", null)]
    public void An_intervals_name_says_how_long_it_is(string name, int? seconds) =>
        Assert.That(IntervalName.Length(name)?.TotalSeconds, Is.EqualTo(seconds));

    [Test]
    public async Task A_group_takes_turns_and_does_not_hold_up_another()
    {
        using var turns = new GroupTurns(new TradingGroupOptions { MaxParallel = 2 });
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        var first = await turns.TakeAsync(one, default);

        var second = turns.TakeAsync(one, default);
        using (await turns.TakeAsync(two, default))
        {
            Assert.That(second.IsCompleted, Is.False);
        }

        first.Dispose();
        (await second).Dispose();
    }
}
