using System.Net;
using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Tests.Trigger.Hooks;

[TestFixture]
public sealed class HookGateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void An_address_may_be_wrong_thirty_times_a_minute_and_no_other_pays_for_it()
    {
        var time = new ManualTime(Noon);
        var gate = new HookGate(time);
        var (one, other) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        Assert.That(Enumerable.Range(0, 30).Select(_ => gate.Wrong(one)), Is.All.EqualTo(TimeSpan.Zero));
        Assert.That(gate.Wrong(one), Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That((gate.Wrong(other), gate.Wrong(null)), Is.EqualTo((TimeSpan.Zero, TimeSpan.Zero)));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(gate.Wrong(one), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_hook_takes_its_rate_and_says_when_it_takes_the_next()
    {
        var time = new ManualTime(Noon);
        var meter = new HookMeter(6, time);
        Assert.That(Enumerable.Range(0, 6).Select(_ => meter.Take()), Is.All.EqualTo(TimeSpan.Zero));
        Assert.That(meter.Take(), Is.EqualTo(TimeSpan.FromSeconds(10)));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.That((meter.Take(), meter.Take() > TimeSpan.Zero), Is.EqualTo((TimeSpan.Zero, true)));
    }

    [Test]
    public void Somebody_without_the_secret_is_news_once_a_minute()
    {
        var time = new ManualTime(Noon);
        var meter = new HookMeter(60, time);
        bool IsNews()
        {
            meter.Wrong(out var isNews);
            return isNews;
        }

        Assert.That(new[] { IsNews(), IsNews() }, Is.EqualTo(new[] { true, false }));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(IsNews(), Is.True);
    }
}
