using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Desk;

/// <summary>The way of an order out: what holds it back, its size and its checks on the books as they are now, and its one request.</summary>
internal sealed class Dispatch(
    DeskContext desk, OrderChanges changes, Turns turns, OrderCheck check, Leverages leverages, SetLeverages set, Cancels cancels, Requests requests)
{
    private static readonly TimeSpan WaitIsTold = TimeSpan.FromSeconds(2);

    public async Task NextAsync(OpenOrder order, DateTimeOffset now)
    {
        var decision = order.Decision!;
        switch (turns.Next(order, decision, now))
        {
            case Turn.Leave:
                await SendAsync(order.ClientId, decision);
                break;
            case Turn.NeedLeverage:
                await WithLeverageAsync(order, decision, now);
                break;
            case Turn.Hold:
                order.LookAt(now + DeskContext.Beat);
                break;
            case Turn.Wait { Why: var why }:
                await WaitAsync(order, why, now);
                break;
            case Turn.TakeBack { Resting: var resting }:
                foreach (var other in resting)
                {
                    other.Cancel(now, ReasonCodes.ClosedByDecision);
                }

                await cancels.CancelWantedAsync(now);
                order.LookAt(now + DeskContext.Beat);
                break;
            case Turn.Refuse { Why: var why }:
                await changes.RefuseAsync(order.ClientId, why);
                break;
        }
    }

    private async Task WithLeverageAsync(OpenOrder order, TradeDecision decision, DateTimeOffset now)
    {
        if (set.IsSetting(order.Symbol))
        {
            order.LookAt(now + DeskContext.Beat);
        }
        else if (!await leverages.IsToBeSetAsync(order.Row, decision))
        {
            await SendAsync(order.ClientId, decision);
        }
        else if (await leverages.HeldAsync(order.Row, decision) is { } held)
        {
            await RefuseAsync(order, held);
        }
        else if (await leverages.InUseAsync(order.Row) is { } used)
        {
            await RefuseAsync(order, Rejections.LeverageInUse(order.Symbol, used, decision.Leverage));
        }
        else
        {
            leverages.Set(order.Symbol, decision.Leverage);
            order.LookAt(now + DeskContext.Beat);
        }
    }

    private Task RefuseAsync(OpenOrder order, RejectionReason reason) => changes.ChangeAsync(order.ClientId, async (work, o) =>
    {
        await OrderCheck.ReasonAsync(work, o, reason);
        return desk.Machine.Refuse(o, reason);
    });

    /// <summary>Checks it and saves that it leaves, in one transaction; then it leaves.</summary>
    private async Task SendAsync(string clientId, TradeDecision decision)
    {
        Verdict? verdict = null;
        var (leaves, decided) = (false, decision);
        TradingState? state = null;
        var saved = await desk.Store.RunAsync(
            async work =>
            {
                var order = await work.FindAsync(clientId);
                if (order.State != DeskStates.Pending)
                {
                    return order;
                }

                var waited = Waits.Is(order.ReasonCode);
                (verdict, var news, state) = await check.DecideAsync(order, decision, work);
                if (verdict.Protection is { } asked)
                {
                    // What was checked is what will wait at the venue.
                    decided = decision with { StopLoss = asked.StopLoss, TakeProfit = asked.TakeProfit };
                    order.Decision = DeskJson.Write(decided);
                }

                if (waited && verdict.Reason is null)
                {
                    (await work.OrderAsync(order)).WaitsNoMore();
                }

                if (verdict.Reason is { } reason)
                {
                    await OrderCheck.ReasonAsync(work, order, reason);
                }

                await work.TellAsync(order, news, order.Leg == DeskLegs.Entry && OpenOrders.IsProtecting(decided));
                leaves = order.State == DeskStates.Sending;
                return order;
            },
            desk.Stop);
        changes.Saved(saved, verdict is null ? null : decided);
        // Only the one who has just saved that it leaves may send it.
        if (leaves)
        {
            requests.Post(saved);
        }

        if (verdict?.Trip is { } why && state == TradingState.Active)
        {
            await Trips.ReduceAsync(desk.Parts.Controls, decision.GroupId, why, desk.Stop);
        }
    }

    private async Task WaitAsync(OpenOrder order, RejectionReason why, DateTimeOffset now)
    {
        order.LookAt(now + DeskContext.Beat);
        if (why.Code.Is(order.Row.ReasonCode) || now - order.Row.CreatedAt < WaitIsTold)
        {
            return;
        }

        await changes.ChangeAsync(order.ClientId, async (work, waiting) =>
        {
            if (waiting.State == DeskStates.Pending)
            {
                waiting.Because(why);
                waiting.CheckAt = work.Now + DeskContext.Beat;
                var told = await work.OrderAsync(waiting);
                (told.ReasonCode, told.ReasonValue, told.ReasonMessage) = (why.Code.Word, why.Value, why.Message);
                await work.TellAsync(waiting, told, told.Status, terminal: false, again: true);
            }

            return DeskNews.None;
        });
    }
}
