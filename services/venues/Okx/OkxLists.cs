using System.Text.Json;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Okx;

/// <summary>Reads lists of v5 to their end and turns contracts into quantities.</summary>
/// <param name="load">Loads the instruments when they are needed.</param>
public sealed class OkxLists(
    VenueCaller caller, InstrumentBook instruments, Func<CancellationToken, Task<VenueReply<IReadOnlyList<VenueInstrument>>>> load)
{
    /// <summary>Items of a full page.</summary>
    public const int Page = 100;

    /// <summary>Items of swaps that are known; contracts need a size to become a quantity.</summary>
    public async Task<VenueReply<IReadOnlyList<T>>> ConvertAsync<T>(
        VenueReply<JsonReply> reply, Func<JsonElement, string, decimal, T> read, CancellationToken cancellationToken)
    {
        var known = await load(cancellationToken);
        return known.IsAccepted
            ? reply.ReadList(
                data => data.Items().Select(Known).OfType<(JsonElement Item, VenueInstrument Instrument)>().Select(i => read(i.Item, i.Instrument.Symbol, i.Instrument.ContractSize)))
            : known.Select<IReadOnlyList<T>>(_ => []);

        (JsonElement, VenueInstrument)? Known(JsonElement item) =>
            item.Text("instId") is { } name && instruments.KnownByVenueSymbol(name) is { } instrument ? (item, instrument.Countable()) : null;
    }

    /// <summary>All pages of a list that comes newest first.</summary>
    /// <param name="key">Field by which the next page is asked for.</param>
    /// <param name="timeKey">With <paramref name="since"/>: field that tells when the rest is too old.</param>
    public async Task<VenueReply<IReadOnlyList<T>>> ReadAsync<T>(
        string path,
        Func<VenueFields> ask,
        string key,
        Func<JsonElement, string, decimal, T> read,
        CancellationToken cancellationToken,
        DateTimeOffset? since = null,
        string? timeKey = null)
    {
        var all = new List<T>();
        string? after = null;
        for (var page = 0; page < FillPages.Most; page++)
        {
            var reply = await caller.SendAsync(VenueRequest.Read(path, ask().Add("after", after)), cancellationToken);
            var items = await ConvertAsync(reply, read, cancellationToken);
            if (!items.IsAccepted)
            {
                return items;
            }

            all.AddRange(items.Value);
            var raw = reply.Value!.Root;
            if (raw.GetArrayLength() < Page || since is not null && timeKey is not null && raw.EnumerateArray().Last().Time(timeKey) < since)
            {
                return VenueReply.Accepted<IReadOnlyList<T>>(all);
            }

            after = raw.EnumerateArray().Last().Text(key);
        }

        return VenueReply.Unknown<IReadOnlyList<T>>("more pages than are read at once");
    }
}
