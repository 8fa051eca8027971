using NUnit.Framework;
using TradingSystem.Execution.Orders;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>An account at the emulator.</summary>
internal sealed class DeskAccount(VenueCluster cluster, VenueKind venue, string key, Guid id, string group, string token) : BotAccount(cluster, id, group, token)
{
    public VenueKind Venue => venue;

    public string Key => key;

    /// <summary>A first order through, so that stream and settings stand when a fault strikes.</summary>
    public async Task WarmAsync()
    {
        var order = await TradeAsync("LONG");
        Assert.That(order["status"]!.GetValue<string>(), Is.EqualTo("filled"), order.ToJsonString());
    }

    public Task FaultAsync(
        FaultKind kind, int? count = 1, double seconds = 0, decimal fraction = 0.5m, double probability = 1, IReadOnlyList<Operation>? on = null,
        int seed = 0) =>
        Cluster.Emulator.FaultAsync(
            new Fault(kind) { Venue = venue, Key = key, Count = count, Seconds = seconds, Fraction = fraction, Probability = probability, On = on, Seed = seed });

    public Task<AccountView> AtVenueAsync() => Cluster.Emulator.AccountAsync(venue, key);

    /// <summary>Orders that came in under the decision's client id.</summary>
    public async Task<int> CountAsync(Guid decision) => (await Cluster.Emulator.CountsAsync(venue, key)).GetValueOrDefault(OrderIds.ClientOrder(decision));

    public async Task<decimal> VenueQtyAsync() =>
        (await AtVenueAsync()).Positions.Where(p => p.Symbol == "BTCUSDT").Sum(p => p.Side == PositionSide.Short ? -Math.Abs(p.Qty) : p.Qty);

    public Task PositionsAgreeAsync() => Wait.UntilAsync("both positions are the same", async () =>
        await VenueQtyAsync() is var theirs && await OurQtyAsync() is var ours && theirs == ours ? true : throw new InvalidOperationException($"venue {theirs}, ours {ours}"));
}
