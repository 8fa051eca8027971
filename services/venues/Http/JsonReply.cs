using System.Text.Json;

namespace TradingSystem.Venues.Http;

/// <summary>The part of an accepted answer that matters: everything on Binance, <c>result</c> on Bybit, <c>data</c> on OKX.</summary>
public sealed record JsonReply(JsonElement Root);

public static class JsonReplies
{
    /// <summary>Reads an accepted answer. One that cannot be read says nothing for certain.</summary>
    public static VenueReply<T> Read<T>(this VenueReply<JsonReply> reply, Func<JsonElement, T> read)
        where T : class => Guarded(() => reply.Select(json => read(json.Root)));

    /// <summary>Makes other items of those that were read, with the same care.</summary>
    public static VenueReply<IReadOnlyList<TOther>> Convert<T, TOther>(this VenueReply<IReadOnlyList<T>> reply, Func<IReadOnlyList<T>, IEnumerable<TOther>> convert) =>
        Guarded(() => reply.Select<IReadOnlyList<TOther>>(all => [.. convert(all)]));

    /// <summary>One odd instrument must not hide the others: it is in the list with what is wrong about it.</summary>
    /// <param name="symbol">Ours of the item's name at the venue.</param>
    public static IEnumerable<VenueInstrument> Instruments(
        this IEnumerable<JsonElement> items, string nameField, Func<string, string> symbol, Func<JsonElement, VenueInstrument> read)
    {
        foreach (var item in items)
        {
            if (item.Text(nameField) is not { } name)
            {
                continue;
            }

            VenueInstrument instrument;
            try
            {
                instrument = read(item).Checked();
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                instrument = VenueInstrument.Unreadable(symbol(name), name, e.Message);
            }

            yield return instrument;
        }
    }

    public static VenueReply<IReadOnlyList<T>> ReadList<T>(this VenueReply<JsonReply> reply, Func<JsonElement, IEnumerable<T>> read) =>
        reply.Read<IReadOnlyList<T>>(root => [.. read(root)]);

    private static VenueReply<T> Guarded<T>(Func<VenueReply<T>> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or OverflowException)
        {
            return VenueReply.Unknown<T>($"unreadable answer: {e.Message}");
        }
    }
}
