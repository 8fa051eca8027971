using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What the venue trades, as it said when the account was compared with it last.</summary>
internal sealed class VenueListing(string venue)
{
    private readonly Dictionary<string, VenueInstrument> _instruments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    /// <summary>The account was compared with the venue: before that nothing is sent.</summary>
    public bool IsReady { get; set; }

    public string Venue => venue;

    public VenueInstrument? Find(string symbol) => _instruments.GetValueOrDefault(symbol);

    /// <summary>What the venue names no more stays as it was; what it says wrongly about is not traded.</summary>
    public void Take(IEnumerable<VenueInstrument> instruments)
    {
        _unreadable.Clear();
        foreach (var instrument in instruments)
        {
            if (instrument.Fault is { } fault)
            {
                _unreadable[instrument.Symbol] = fault;
                _instruments.Remove(instrument.Symbol);
            }
            else
            {
                _instruments[instrument.Symbol] = instrument;
            }
        }
    }

    public RejectionReason NotTraded(string symbol) =>
        _unreadable.TryGetValue(symbol, out var fault) ? Rejections.InstrumentUnreadable(symbol, fault) : Refusals.NotListed(symbol, venue);
}
