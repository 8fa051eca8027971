using System.Collections.Frozen;

namespace TradingSystem.Venues;

/// <summary>The instruments of one environment of an exchange, read when they are needed and old. Old ones serve while the exchange cannot be read.</summary>
public sealed class InstrumentBook(TimeProvider time, TimeSpan age, ILogger log) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Held? _held;

    /// <summary>What is known now, without reading. One with a fault is among them: what is held in it must not be taken for gone.</summary>
    public VenueInstrument? KnownByVenueSymbol(string venueSymbol) => _held?.ByVenueSymbol.GetValueOrDefault(venueSymbol);

    public async Task<VenueReply<IReadOnlyList<VenueInstrument>>> AllAsync(
        Func<CancellationToken, Task<VenueReply<IReadOnlyList<VenueInstrument>>>> read, CancellationToken cancellationToken)
    {
        if (_held is { } fresh && time.GetElapsedTime(fresh.At) <= age)
        {
            return VenueReply.Accepted(fresh.All);
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_held is { } held && time.GetElapsedTime(held.At) <= age)
            {
                return VenueReply.Accepted(held.All);
            }

            var reply = await read(cancellationToken);
            if (reply.IsAccepted)
            {
                Tell(reply.Value);
                _held = new(reply.Value, time.GetTimestamp());
                return reply;
            }

            return _held is { } old ? VenueReply.Accepted(old.All) : reply;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>One instrument. When none can be read, nothing that needs one is sent, so the refusal is certain.</summary>
    public async Task<VenueReply<VenueInstrument>> OneAsync(
        string symbol, Func<CancellationToken, Task<VenueReply<IReadOnlyList<VenueInstrument>>>> read, CancellationToken cancellationToken)
    {
        var all = await AllAsync(read, cancellationToken);
        if (!all.IsAccepted)
        {
            return VenueReply.Refused<VenueInstrument>(RefusalMeaning.Busy, "NO_INSTRUMENTS", $"The instruments cannot be read: {all.Refusal?.Message ?? all.Why}");
        }

        return _held?.BySymbol.GetValueOrDefault(symbol) switch
        {
            null => VenueReply.Refused<VenueInstrument>(RefusalMeaning.Configuration, "UNKNOWN_SYMBOL", $"{symbol} is not listed."),
            { Fault: { } fault } => VenueReply.Refused<VenueInstrument>(RefusalMeaning.Configuration, "INSTRUMENT_UNREADABLE", $"The rules of {symbol} cannot be used: {fault}."),
            { } instrument => VenueReply.Accepted(instrument),
        };
    }

    /// <summary>The next use reads again: the exchange has refused our numbers.</summary>
    public void Expire()
    {
        if (_held is { } held)
        {
            _held = held with { At = time.GetTimestamp() - (long)((age.TotalSeconds + 1) * time.TimestampFrequency) };
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Once for each fault, not with every reading.</summary>
    private void Tell(IReadOnlyList<VenueInstrument> read)
    {
        foreach (var instrument in read)
        {
            if (instrument.Fault is { } fault && _held?.BySymbol.GetValueOrDefault(instrument.Symbol)?.Fault != fault)
            {
                InstrumentBookLog.Unreadable(log, instrument.Symbol, instrument.VenueSymbol, fault);
            }
        }
    }

    private sealed record Held(IReadOnlyList<VenueInstrument> All, long At)
    {
        public FrozenDictionary<string, VenueInstrument> BySymbol { get; } = All.ToFrozenDictionary(i => i.Symbol, StringComparer.Ordinal);

        public FrozenDictionary<string, VenueInstrument> ByVenueSymbol { get; } = All.ToFrozenDictionary(i => i.VenueSymbol, StringComparer.Ordinal);
    }
}

internal static partial class InstrumentBookLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The rules of {Symbol} ({VenueSymbol}) cannot be used: {Fault}; orders in it are refused")]
    public static partial void Unreadable(ILogger logger, string symbol, string venueSymbol, string fault);
}
