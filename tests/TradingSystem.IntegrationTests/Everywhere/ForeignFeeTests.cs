using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Desk;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>Fees that an exchange takes in another asset are costs of what the asset is worth, and no part of the balance in USDT.</summary>
[TestFixture]
public sealed class ForeignFeeTests
{
    private VenueCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await VenueCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        TestContext.Out.WriteLine(_cluster.Product.Logs());
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task A_fee_in_bnb_is_booked_with_both_amounts_at_the_exchanges_price([Values] VenueKind venue)
    {
        await _cluster.Emulator.SetPriceAsync(new("BNBUSDT", 654.3m));
        var account = await _cluster.OpenAsync(venue, feeAsset: "BNB");
        var opened = await account.TradeAsync("LONG", 100m);
        Assert.That(opened["status"]!.GetValue<string>(), Is.EqualTo("filled"), opened.ToJsonString());
        var closing = await account.DecideAsync("CLOSE");
        await account.OrderAsync(closing, "closed");
        var exit = await account.ExitAsync(closing, "closed");
        var fills = await account.FillsAsync();
        var there = await account.AtVenueAsync();
        Assert.Multiple(() =>
        {
            Assert.That(fills, Has.Count.EqualTo(2));
            foreach (var fill in fills)
            {
                var taken = there.Fills.Single(f => f.Side == (fill["side"]!.GetValue<string>() == "BUY" ? Side.Buy : Side.Sell));
                Assert.That(
                    (fill["fee_asset"]!.GetValue<string>(), fill["fee_asset_qty"]!.GetValue<decimal>(), fill["fee_pending"]!.GetValue<bool>()),
                    Is.EqualTo(("BNB", taken.Charged, false)));
                Assert.That(fill["fee"]!.GetValue<decimal>(), Is.EqualTo(taken.Charged * 654.3m).And.Positive);
            }

            Assert.That(exit["fee"]!.GetValue<decimal>(), Is.Positive);
        });
        Assert.That(
            Number((await _cluster.SqlAsync("select fees::text from execution.accounts where id = $1", account.Id))[0]),
            Is.EqualTo(fills.Sum(f => f["fee"]!.GetValue<decimal>())), "they are the account's costs");
        await Wait.UntilAsync("the balance is the wallet in USDT", async () =>
            Math.Abs(Number((await _cluster.SqlAsync("select balance::text from execution.accounts where id = $1", account.Id))[0]) - there.Wallet) < 0.000001m);
        Assert.That(
            await _cluster.SqlAsync("select kind from execution.reconciliation_log where account_id = $1 and kind = 'balance'", account.Id), Is.Empty,
            "nothing of it looked like a difference");
    }

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
