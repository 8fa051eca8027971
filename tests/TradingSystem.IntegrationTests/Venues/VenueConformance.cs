using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>One venue that the contract is tried on; each test has accounts of its own and a market that stands where it began.</summary>
public abstract class VenueConformance(string venue)
{
    protected const decimal Price = 60_000m;

    private protected VenueStage Stage { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Stage = await VenueStage.StartAsync(venue);

    [OneTimeTearDown]
    public async Task StopAsync() => await Stage.DisposeAsync();

    [SetUp]
    public async Task OpenMarketAsync()
    {
        await Stage.SetPriceAsync("BTCUSDT", Price);
        await Stage.SetPriceAsync("ETHUSDT", 3_000m);
    }
}
