using NUnit.Framework;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

public sealed class TradeSequenceTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly TradeSequence _sequence = new();

    [Test]
    public void Ids_say_what_was_told_and_what_was_missed()
    {
        Assert.That(_sequence.Of(At(100)), Is.EqualTo(TradePlace.First));
        _sequence.Tell(At(100));
        Assert.Multiple(() =>
        {
            Assert.That(_sequence.Of(At(100)), Is.EqualTo(TradePlace.Known));
            Assert.That(_sequence.Of(At(40)), Is.EqualTo(TradePlace.Known));
            Assert.That(_sequence.Of(At(101)), Is.EqualTo(TradePlace.Next));
            Assert.That(_sequence.Of(At(102)), Is.EqualTo(TradePlace.Jump));
            Assert.That(_sequence.Of(At(5, seconds: 1)), Is.EqualTo(TradePlace.Jump), "the exchange counts anew");
            Assert.That(_sequence.Of(At(5) with { Symbol = "ETHUSDT" }), Is.EqualTo(TradePlace.First), "each symbol has its own count");
            Assert.That(_sequence.Of(At(5) with { Id = null }), Is.EqualTo(TradePlace.Next), "a trade without an id proves nothing");
        });
    }

    private static Trade At(long id, double seconds = 0) => new("BTCUSDT", 100m, 1m, Start.AddSeconds(seconds), Id: id);
}
