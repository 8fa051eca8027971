using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using TradingSystem.Dashboard.BotTokens;
using TradingSystem.Tests.Time;

namespace TradingSystem.Tests.Dashboard.BotTokens;

[TestFixture]
public sealed class TokenRatesTests
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public void A_token_may_ask_a_burst_at_once_and_then_so_often_a_second_whatever_another_does()
    {
        var rates = new TokenRates(new BotTokenOptions { RequestsPerSecond = 4, RequestBurst = 8 }, _time);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.That(Enumerable.Range(0, 8).Select(_ => rates.TryTake(one)), Is.All.EqualTo(TimeSpan.Zero));
        Assert.That(rates.TryTake(one), Is.EqualTo(TimeSpan.FromMilliseconds(250)));
        Assert.That(rates.TryTake(other), Is.EqualTo(TimeSpan.Zero));
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.That(rates.TryTake(one), Is.EqualTo(TimeSpan.Zero));
        Assert.That(rates.TryTake(one), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public void It_remembers_a_bounded_number_of_tokens_and_forgets_those_that_rest()
    {
        var rates = new TokenRates(new BotTokenOptions { RequestsPerSecond = 1, RequestBurst = 2 }, _time);
        for (var n = 0; n < TokenRates.Capacity + 10; n++)
        {
            rates.TryTake(Guid.NewGuid());
        }

        Assert.That(rates.Count, Is.LessThanOrEqualTo(TokenRates.Capacity + 1));
        Assert.That(rates.TryTake(Guid.NewGuid()), Is.GreaterThan(TimeSpan.Zero), "who comes on top shares what is left");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(rates.TryTake(Guid.NewGuid()), Is.EqualTo(TimeSpan.Zero));
        Assert.That(rates.Count, Is.EqualTo(1));
    }

    [TestCase("RequestsPerSecond")]
    [TestCase("RequestBurst")]
    public void A_setting_that_lets_nobody_in_is_refused(string name) =>
        Assert.That(
            () => BotTokenOptions.Read(new ConfigurationBuilder().AddInMemoryCollection([new($"BotTokens:{name}", "0")]).Build()),
            Throws.InvalidOperationException.With.Message.Contains(name));
}
