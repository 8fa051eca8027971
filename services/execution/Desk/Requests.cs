using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// One request of an order, made beside the desk after it was saved that it leaves. Whatever is not an answer is an unknown outcome; nothing
/// here is sent twice.
/// </summary>
internal sealed class Requests(DeskContext desk, OpenOrders open)
{
    /// <summary>Places an order in or out.</summary>
    public void Post(DeskOrder order)
    {
        open.Begin(order.ClientId);
        var (send, request) = (order.Sends, OrderOf(order));
        desk.Send(async token => new Posted(
            order.ClientId, send, await WithModesAsync(order.Symbol, await OnceAsync(t => desk.Venue.PlaceAsync(request, t), token), token)));
    }

    /// <summary>Places a stop-loss or take-profit.</summary>
    public void PostLeg(DeskOrder leg)
    {
        open.Begin(leg.ClientId);
        var (send, request) = (leg.Sends, LegOf(leg));
        desk.Send(async token => new Posted(leg.ClientId, send, await OnceAsync(t => desk.Venue.PlaceProtectionAsync(request, t), token)));
    }

    /// <param name="clientId">Ours, by which it is told what was answered.</param>
    public void Cancel(string clientId, OrderRef order) =>
        desk.Send(async token => new CancelAnswered(clientId, await OnceAsync(t => desk.Venue.CancelAsync(order, t), token)));

    /// <summary>What leaves is what was saved.</summary>
    public static NewOrder OrderOf(DeskOrder order) => new(order.Symbol, order.ClientId, SideOf(order), order.Qty)
    {
        Type = order.Type == DeskTypes.Limit ? VenueOrderType.Limit : VenueOrderType.Market,
        Price = order.Price,
        ReduceOnly = order.ReduceOnly,
        PositionSide = BucketOf(order),
    };

    public static ProtectionOrder LegOf(DeskOrder leg) => new(
        leg.Symbol, leg.ClientId, leg.Leg == DeskLegs.StopLoss ? ProtectionKind.StopLoss : ProtectionKind.TakeProfit, SideOf(leg), leg.TriggerPrice!.Value)
    {
        Quantity = leg.Qty,
        ReduceOnly = leg.ReduceOnly,
        PositionSide = BucketOf(leg),
    };

    private static OrderSide SideOf(DeskOrder order) => order.IsBuy ? OrderSide.Buy : OrderSide.Sell;

    private static PositionSide? BucketOf(DeskOrder order) =>
        order.PositionSide switch { PositionWords.Long => PositionSide.Long, PositionWords.Short => PositionSide.Short, _ => null };

    private async Task<VenueReply<OrderAck>> OnceAsync(Func<CancellationToken, Task<VenueReply<OrderAck>>> request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(desk.Parts.SendDeadline, desk.Parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await request(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return VenueReply.Unknown<OrderAck>("no answer in time");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return VenueReply.Unknown<OrderAck>(e.GetType().Name);
        }
    }

    /// <summary>A refusal that another mode at the exchange explains says so; it is as certain as before.</summary>
    private async Task<VenueReply<OrderAck>> WithModesAsync(string symbol, VenueReply<OrderAck> reply, CancellationToken cancellationToken) =>
        reply.Refusal?.Meaning is RefusalMeaning.Configuration or RefusalMeaning.Parameter
        && (await desk.Venue.ModesAsync(symbol, cancellationToken)).Value?.Differs(desk.Venue.Account.PositionMode, desk.Venue.Account.MarginMode) is { } differs
            ? VenueReply.Refused<OrderAck>(differs)
            : reply;
}
