using NUnit.Framework;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>The emulator's memory, and many orders through many faults.</summary>
public sealed partial class VenueFaultTests
{
    [Test]
    public async Task The_venue_keeps_everything_through_a_kill()
    {
        var stage = await EmulatedStage.StartAsync(venue, Patience);
        await using (stage)
        {
            await using var trader = await stage.OpenAsync();
            await trader.PrepareAsync(leverage: 7m);
            var (filled, waiting, stop, late) = (Trader.NewId(), Trader.NewId(), Trader.NewId('S'), Trader.NewId());
            await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.02m, filled));
            await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, waiting));
            await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", stop, ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.02m });
            await stage.FaultAsync(trader, FaultKind.LateFill, seconds: 1);
            await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.005m, late));
            var balance = await trader.BalanceAsync();
            await stage.Emulator.KillAndRestartAsync();

            Assert.That((await trader.OpenAsync()).Select(o => o.ClientId), Is.SupersetOf(new[] { waiting, stop }));
            Assert.That((await trader.FoundAsync(filled)).Filled, Is.EqualTo(0.02m));
            Assert.That((await trader.EndedAsync(late)).Filled, Is.EqualTo(0.005m));
            Assert.That(await trader.QtyAsync(), Is.EqualTo(0.025m));
            Assert.That((await trader.BalanceAsync()).Wallet, Is.LessThan(balance.Wallet));
            Assert.That(await trader.FillsAsync(new FillQuery("BTCUSDT")), Has.Count.EqualTo(2));
            var again = await trader.Venue.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, waiting), default);
            Assert.That(again.Is(RefusalMeaning.Duplicate), Is.True, again.ToString());
            await stage.SetPriceAsync("BTCUSDT", 57_900m);
            Assert.That((await trader.EndedAsync(stop, protection: true)).Filled, Is.EqualTo(0.02m));
        }
    }

    [Test]
    public async Task An_order_is_in_the_journal_before_its_answer_leaves()
    {
        await using var trader = await _stage.OpenAsync();
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, id));
        var journal = await _stage.Emulator.JournalAsync(_stage.Kind, trader.Key);
        Assert.That(journal.OfType<OrderAccepted>().Count(e => e.Order.ClientId == id), Is.EqualTo(1));
        await trader.Venue.CancelAsync(new OrderRef("BTCUSDT", id), default);
        journal = await _stage.Emulator.JournalAsync(_stage.Kind, trader.Key);
        Assert.That(journal.OfType<OrderEnded>().Single().State, Is.EqualTo(OrderState.Canceled));
    }

    [Test]
    public async Task Of_many_orders_through_all_faults_each_is_there_once_or_proven_absent()
    {
        const int orders = 120;
        await using var trader = await _stage.OpenAsync(change: o => o.OrderDeadline = TimeSpan.FromMilliseconds(500));
        FaultKind[] kinds =
        [
            FaultKind.TimeoutAfter, FaultKind.TimeoutBefore, FaultKind.ResetAfter, FaultKind.ResetBefore, FaultKind.ErrorAfter, FaultKind.ErrorBefore,
            FaultKind.BusyBefore, FaultKind.DuplicateAnswer, FaultKind.LateFill, FaultKind.PartialFill, FaultKind.RejectLater,
        ];
        foreach (var kind in kinds)
        {
            await _stage.Emulator.FaultAsync(new Fault(kind) { Venue = _stage.Kind, Key = trader.Key, Probability = 0.08, Seed = (int)kind, Seconds = 0.2 });
        }

        var expected = 0m;
        var gate = new SemaphoreSlim(16);
        await Task.WhenAll(Enumerable.Range(0, orders).Select(async _ =>
        {
            await gate.WaitAsync();
            try
            {
                var id = Trader.NewId();
                var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
                var there = await _stage.CountAsync(trader, id);
                Assert.That(there, Is.LessThanOrEqualTo(1));
                // A definite answer is true; what is unknown is decided by the query.
                if (reply.IsAccepted || reply.Is(RefusalMeaning.Duplicate))
                {
                    Assert.That(there, Is.EqualTo(1), reply.ToString());
                }
                else if (reply.IsRefused)
                {
                    Assert.That(there, Is.Zero, reply.ToString());
                }

                if (there == 0)
                {
                    Assert.That((await trader.QueryAsync(id)).Is(RefusalMeaning.NotFound), Is.True);
                    return;
                }

                var filled = (await trader.EndedAsync(id)).Filled;
                lock (gate)
                {
                    expected += filled;
                }
            }
            finally
            {
                gate.Release();
            }
        }));
        Assert.That(expected, Is.GreaterThan(0m));
        Assert.That(await trader.QtyAsync(), Is.EqualTo(expected));
        Assert.That((await trader.FillsAsync(new FillQuery("BTCUSDT"))).Sum(f => f.Quantity), Is.EqualTo(expected));
        Assert.That((await _stage.Emulator.FaultsAsync()).Where(f => f.Key == trader.Key), Has.All.Matches<Fault>(f => f.Hits > 0));
    }
}
