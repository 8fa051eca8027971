using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>
/// A place to trade at as the conformance suite needs it: accounts of their own and a market that does as it is told. Nothing in
/// the suite asks which venue it is.
/// </summary>
internal abstract class VenueStage : IAsyncDisposable
{
    /// <summary>What every account starts with, in USDT.</summary>
    public const decimal Deposit = 100_000m;

    /// <summary>The names of all stages, for the fixtures' source.</summary>
    public static IEnumerable<string> All => [.. Emulated, "simulated"];

    /// <summary>Those with a network between us and them, and faults on it.</summary>
    public static IEnumerable<string> Emulated => ["binance", "bybit", "okx"];

    public static async Task<VenueStage> StartAsync(string name) => name == "simulated" ? new SimulatedStage() : await EmulatedStage.StartAsync(name, TimeSpan.FromSeconds(30));

    /// <summary>The margin mode is one setting of the whole account; elsewhere it is one of the symbol or goes with the order.</summary>
    public abstract bool MarginModeIsTheAccounts { get; }

    /// <summary>A client id is never taken twice; elsewhere it is free again once its order is done.</summary>
    public abstract bool KeepsClientIds { get; }

    /// <summary>A new account of which nobody else knows.</summary>
    public abstract Task<Trader> OpenAsync(PositionMode mode = PositionMode.OneWay, MarginMode margin = MarginMode.Cross, Action<VenueOptions>? change = null);

    /// <summary>The same account as somebody would have it who means another position mode; null where there is nobody else.</summary>
    public abstract Task<Trader?> OtherModeAsync(Trader trader, PositionMode mode);

    /// <summary>Moves the market: what waits for this price happens. The mark price follows unless it is given.</summary>
    public abstract Task SetPriceAsync(string symbol, decimal last, decimal? mark = null);

    /// <summary>Lets running countdowns run out, if the time until then is too long for a test.</summary>
    public abstract Task PassCountdownAsync(Trader trader);

    public abstract ValueTask DisposeAsync();
}
