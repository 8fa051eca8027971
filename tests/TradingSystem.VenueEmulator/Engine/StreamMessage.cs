using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Something to tell an account's sockets that subscribed to the channel.</summary>
public sealed record StreamMessage(string Account, string Channel, JsonNode Body);

/// <summary>How a venue tells what happened. Called while nothing else changes.</summary>
public interface IStreamDialect
{
    VenueKind Venue { get; }

    IEnumerable<StreamMessage> OrderChanged(Account account, Order order, Fill? fill);

    IEnumerable<StreamMessage> AlgoChanged(Account account, Algo algo);

    IEnumerable<StreamMessage> PositionChanged(Account account, PositionKey position);

    /// <summary>A cancel came too late.</summary>
    IEnumerable<StreamMessage> CancelLost(Account account, Order order) => [];
}
