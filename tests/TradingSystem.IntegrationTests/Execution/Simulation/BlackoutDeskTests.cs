using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Execution.Accounts;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Simulation;

/// <summary>Limit orders in the simulated exchange's book when a blackout begins.</summary>
[TestFixture]
public sealed class BlackoutDeskTests
{
    private const decimal Usual = 100_000m;

    private readonly FixtureDatabase _database = new();
    private AccountsHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        _host = await AccountsHost.StartAsync(_database.ConnectionString);
        ExchangeAccount.Price(_host, Usual);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TearDown]
    public Task ForgetAsync() => TellAsync();

    [TestCase(false)]
    [TestCase(true)]
    public async Task What_rests_to_add_risk_is_taken_back_and_ways_out_and_protection_stay(bool byLimits)
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        await account.OrderAsync(await account.DecideAsync(TradeAction.Long, 0.2m, stop: 95_000m), "protected");
        var entry = await account.RestAsync(TradeAction.Long, 99_000m);
        var exit = await account.RestAsync(TradeAction.Short, 101_000m);
        await HoldAsync(account, byLimits, isOn: true);

        Assert.That((await account.OrderAsync(entry, "canceled")).ReasonCode, Is.EqualTo("BLACKOUT"));
        var refused = await account.OrderAsync(await account.DecideAsync(TradeAction.Long), "rejected");
        Assert.That(refused.ReasonCode, Is.EqualTo("BLACKOUT"));
        ExchangeAccount.Price(_host, 98_900m);
        ExchangeAccount.Price(_host, 101_100m);
        Assert.That((await account.OrderAsync(exit, "filled", "closed")).AvgPrice, Is.EqualTo(101_000m), "a way out that rests is filled");
        Assert.That(await account.HeldAsync(), Is.EqualTo(0.1m), "and nothing was added");
        await account.UntilAsync("the stop is there, as large as what is left", async () =>
            (await account.KeptAsync()).Orders.Where(o => o.Waits).Select(o => o.Quantity).SequenceEqual([0.1m]));

        var other = await account.OrderAsync(await account.DecideAsync(TradeAction.Long, leverage: 20m), "rejected");
        var leverage = await _host.ReadAsync(db => db.Positions.Where(p => p.GroupId == account.Group).Select(p => p.Leverage).SingleAsync());
        Assert.That((other.ReasonCode, leverage), Is.EqualTo(("BLACKOUT", 10m)), "what is held is as it was");
        await account.OrderAsync(await account.DecideAsync(TradeAction.Close), "closed");
        await HoldAsync(account, byLimits, isOn: false);
        ExchangeAccount.Price(_host, Usual);
        await account.OrderAsync(await account.DecideAsync(TradeAction.Long), "filled");
    }

    /// <summary>By a blackout that execution is told of, or by a window of the group's limits.</summary>
    private async Task HoldAsync(ExchangeAccount account, bool byLimits, bool isOn)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (from, until) = (now.AddMinutes(-1), now.AddHours(1));
        if (byLimits)
        {
            await _host.Services.GetRequiredService<ControlChanges>().SetLimitsAsync(
                new(new(ControlWords.Group, account.Group), "ada", null), new RiskLimits { Blackouts = isOn ? [new() { Start = from, End = until }] : null }, null,
                CancellationToken.None);
            return;
        }

        await (isOn ? TellAsync(new EntryHold { Id = Guid.NewGuid(), Version = 1, Name = "cpi", Targets = ["symbol:BTCUSDT"], From = from, Until = until, ChangedBy = "ada", ChangedAt = from }) : TellAsync());
    }

    private Task TellAsync(params EntryHold[] items)
    {
        var now = TimeProvider.System.GetUtcNow();
        return _host.Services.GetRequiredService<EntryHolding>().KeepAsync(new(now.Ticks, items, "ada", now), CancellationToken.None);
    }
}
