using System.Text.Json;

namespace TradingSystem.Venues.Http;

/// <summary>The answer to setting a leverage.</summary>
public static class LeverageReply
{
    /// <summary>Done only if what the exchange says it has set is what was asked for.</summary>
    /// <param name="read">The leverage that an answer names; null where it names none.</param>
    public static VenueReply<Done> Read(decimal asked, VenueReply<JsonReply> reply, Func<JsonElement, decimal?> read)
    {
        if (reply.Is(RefusalMeaning.AlreadySo))
        {
            return VenueReply.Accepted(Done.Value);
        }

        var told = reply.Read(root => new Told(read(root)));
        return told.Value?.Leverage is { } set && set != asked
            ? VenueReply.Refused<Done>(RefusalMeaning.Configuration, "LEVERAGE_DIFFERS", $"The exchange has set a leverage of {Grid.Text(set)} instead of {Grid.Text(asked)}.")
            : told.Select(_ => Done.Value);
    }

    private sealed record Told(decimal? Leverage);
}
