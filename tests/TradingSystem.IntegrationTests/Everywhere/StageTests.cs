using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>A bot's day in short on every kind of account; what differs between them is nobody's business but execution's.</summary>
[TestFixture]
public sealed class StageTests
{
    private Stage _stage = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _stage = await Stage.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_stage is not null)
        {
            TestContext.Out.WriteLine(_stage.Product.Logs());
            await _stage.DisposeAsync();
        }
    }

    [Test]
    public async Task A_position_is_opened_survives_a_kill_and_is_closed_where_it_is_and_in_the_books([Values] AccountKind kind)
    {
        await _stage.PriceAsync(Stage.Price);
        var account = await _stage.OpenAsync(kind);
        var opened = await account.TradeAsync("LONG");
        Assert.That(opened["status"]!.GetValue<string>(), Is.EqualTo("filled"), opened.ToJsonString());
        Assert.That((await account.HeldThereAsync(), await account.OurQtyAsync()), Is.EqualTo((0.005m, 0.005m)));
        await _stage.KillAsync();
        await _stage.PriceAsync(Stage.Price + 500m);
        var closed = await account.TradeAsync("CLOSE");
        Assert.That(closed["status"]!.GetValue<string>(), Is.EqualTo("closed"), closed.ToJsonString());
        await Wait.UntilAsync("it is flat on both sides", async () => (await account.HeldThereAsync(), await account.OurQtyAsync()) == (0m, 0m));
        Assert.That((await account.PositionAsync())!["realized_pnl"]!.GetValue<decimal>(), Is.Positive);
        Assert.That(await account.FillsAsync(), Has.Count.EqualTo(2));
        await account.UpdateAsync(Guid.Parse(closed["decision_id"]!.GetValue<string>()), "closed");
    }
}
