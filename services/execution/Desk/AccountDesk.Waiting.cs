using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Desk;

/// <summary>Exits that cannot leave yet. They are not refused for it: they wait, and after a moment it is told what for.</summary>
public sealed partial class AccountDesk
{
    private static readonly TimeSpan WaitIsTold = TimeSpan.FromSeconds(2);

    /// <summary>Null where nothing but its turn is waited for.</summary>
    private RejectionReason? WaitsFor(DeskOrder order, List<DeskOrder> ahead) =>
        !_isReady ? Refusals.WaitingForVenue(_venue.Name)
        : ahead.Find(o => o.IsUncertain) is { } uncertain ? Refusals.WaitingForOutcome(uncertain)
        : _venue.Capabilities.FillsAtOurPrices && !_parts.Prices.IsFresh(order.Symbol) ? Refusals.WaitingForPrice(order.Symbol)
        : null;

    private async Task WaitAsync(DeskOrder order, RejectionReason why, DateTimeOffset now)
    {
        order.CheckAt = now + Beat;
        if (why.Code.Is(order.ReasonCode) || now - order.CreatedAt < WaitIsTold)
        {
            return;
        }

        await ChangeAsync(order.ClientId, async (work, waiting) =>
        {
            if (waiting.State == DeskStates.Pending)
            {
                waiting.Because(why);
                waiting.CheckAt = work.Now + Beat;
                var told = await work.OrderAsync(waiting);
                (told.ReasonCode, told.ReasonValue, told.ReasonMessage) = (why.Code.Word, why.Value, why.Message);
                await work.TellAsync(waiting, told, told.Status, terminal: false, again: true);
            }

            return DeskNews.None;
        });
    }
}
