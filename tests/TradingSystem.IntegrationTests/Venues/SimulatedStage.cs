using System.Collections.Concurrent;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>The simulated venue, in this process and without a network.</summary>
internal sealed class SimulatedStage : VenueStage
{
    private static readonly ExchangeTerms Terms = new() { SpreadBps = 0m, SlippageBps = 0m, VolumeShare = 1m };

    private static readonly SymbolTerms[] Symbols =
    [
        new(new VenueInstrument("BTCUSDT", "BTCUSDT", 0.1m, 0.001m, 0.001m, 120m, 1000m, 5m, 1m, 100m, true) { PriceBandUp = 0.05m, PriceBandDown = 0.05m }),
        new(new VenueInstrument("ETHUSDT", "ETHUSDT", 0.01m, 0.001m, 0.001m, 2000m, 10000m, 5m, 1m, 100m, true) { PriceBandUp = 0.05m, PriceBandDown = 0.05m }),
    ];

    private readonly ConcurrentBag<SimulatedVenue> _venues = [];
    private readonly ConcurrentDictionary<string, (decimal Last, decimal Mark)> _prices = new() { ["BTCUSDT"] = (60_000m, 60_000m), ["ETHUSDT"] = (3_000m, 3_000m) };

    public override bool MarginModeIsTheAccounts => true;

    public override bool KeepsClientIds => true;

    public override async Task<Trader> OpenAsync(PositionMode mode = PositionMode.OneWay, MarginMode margin = MarginMode.Cross, Action<VenueOptions>? change = null)
    {
        var account = new VenueAccount(Guid.NewGuid(), SimulatedVenue.VenueName, VenueEnvironment.Sandbox, new VenueCredentials("none", "none"), margin, mode);
        var venue = new SimulatedVenue(account, Terms, Symbols, Deposit, TimeProvider.System);
        foreach (var (symbol, price) in _prices)
        {
            await TellAsync(venue, symbol, price.Last, price.Mark);
        }

        _venues.Add(venue);
        return new Trader(venue, null);
    }

    public override Task<Trader?> OtherModeAsync(Trader trader, PositionMode mode) => Task.FromResult<Trader?>(null);

    public override async Task SetPriceAsync(string symbol, decimal last, decimal? mark = null)
    {
        _prices[symbol] = (last, mark ?? last);
        foreach (var venue in _venues)
        {
            await TellAsync(venue, symbol, last, mark ?? last);
        }
    }

    /// <summary>Its shortest countdown is over at once.</summary>
    public override Task PassCountdownAsync(Trader trader) => Task.CompletedTask;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task TellAsync(SimulatedVenue venue, string symbol, decimal last, decimal mark)
    {
        var now = TimeProvider.System.GetUtcNow();
        await venue.MarkAsync(symbol, mark, now);
        await venue.TickAsync(new MarketTick(symbol, last, last, last, now));
    }
}
