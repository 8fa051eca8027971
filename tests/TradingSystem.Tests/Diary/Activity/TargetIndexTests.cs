using NUnit.Framework;
using TradingSystem.Diary.Activity;

namespace TradingSystem.Tests.Diary.Activity;

[TestFixture]
public sealed class TargetIndexTests
{
    private static readonly TargetGroup Btc = new(Guid.NewGuid(), "trade_btc", "crypto", "BTCUSDT");
    private static readonly TargetGroup Eth = new(Guid.NewGuid(), "trade_eth", "crypto", "ETHUSDT");
    private readonly TargetIndex _index = new([Btc, Eth]);

    [TestCase("trade_btc", true, false)]
    [TestCase("symbol:ethusdt", false, true)]
    [TestCase("market:crypto", true, true)]
    [TestCase("*", true, true)]
    [TestCase("nobody", false, false)]
    public void A_target_means_the_same_groups_every_time(string target, bool btc, bool eth)
    {
        Guid[] expected = [.. new[] { (Btc, btc), (Eth, eth) }.Where(g => g.Item2).Select(g => g.Item1.Id)];
        Assert.That(_index.Matched(target), Is.EqualTo(expected));
        Assert.That(_index.Matched(target), Is.EqualTo(expected));
    }
}
