using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;
using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Execution.Simulation;

/// <summary>Opens the simulated exchange of an account as it was last kept, for the node that owns the account.</summary>
public sealed class SimulatedVenues(NpgsqlDataSource database, IDbContextFactory<ExecutionDb> databases, InstrumentTable instruments, ExecutionOptions options, TimeProvider time)
{
    /// <param name="epoch">The owner's; the venue writes nothing once there is another.</param>
    /// <exception cref="System.Text.Json.JsonException">What is kept cannot be read.</exception>
    public async Task<SimulatedVenue> OpenAsync(Account account, long epoch, CancellationToken cancellationToken)
    {
        var book = new VenueTables(database, databases, time, account.Id, epoch);
        var described = new VenueAccount(
            account.Id,
            SimulatedVenue.VenueName,
            VenueEnvironment.Sandbox,
            new VenueCredentials("", ""),
            account.MarginMode == MarginModes.Isolated ? MarginMode.Isolated : MarginMode.Cross,
            account.PositionMode == PositionModes.Hedge ? PositionMode.Hedge : PositionMode.OneWay);
        var kept = await book.ReadAsync(cancellationToken);
        var exchange = kept is not null
            ? new SimulatedExchange(Renew(kept.Exchange))
            : new SimulatedExchange(
                SimulationOptions.Terms(options), instruments.All.Select(i => SimulationOptions.Terms(i, options)), account.Balance,
                described.MarginMode, described.PositionMode);
        // Nobody else sets this exchange up, and an account's modes change only while it is flat; should it not be, the first entry is refused.
        exchange.Switch(described.MarginMode, described.PositionMode, time.GetUtcNow());
        var venue = new SimulatedVenue(described, exchange, book, time, options.MaxPriceAge);
        if (kept is not null)
        {
            await venue.ResumeAsync(kept.Countdowns, cancellationToken);
        }

        return venue;
    }

    /// <summary>Fees, rates and symbols are the process's; one that is not listed any more stays until it is out of the account.</summary>
    private ExchangeState Renew(ExchangeState kept)
    {
        var state = kept with { Terms = SimulationOptions.Terms(options) };
        foreach (var instrument in instruments.All)
        {
            var terms = SimulationOptions.Terms(instrument, options);
            state = state.With(state.Market(instrument.Symbol) is { } market ? market with { Terms = terms } : new SimulatedMarket(terms, 1m, 0m, null, null, null, null, null));
        }

        foreach (var market in state.Markets.Where(m => instruments.Find(m.Symbol) is not { Fault: null }))
        {
            state = state.With(market with { Terms = market.Terms with { Instrument = market.Terms.Instrument with { IsTrading = false } } });
        }

        return state;
    }
}
