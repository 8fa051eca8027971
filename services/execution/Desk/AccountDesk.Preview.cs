using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>Whoever only asks is answered by what decides when an order leaves, on an order that is in no table and a transaction that keeps nothing.</summary>
public sealed partial class AccountDesk
{
    /// <summary>Null while nothing could be sent: what will be so when something can is not known.</summary>
    public async Task<WouldBe?> PreviewAsync(DeskOrder order, TradeDecision decision, CancellationToken cancellationToken)
    {
        var asked = new Asked(order, decision, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        await _mailbox.Writer.WriteAsync(asked, cancellationToken);
        return await asked.Answer.Task.WaitAsync(cancellationToken);
    }

    private async Task AnswerAsync(Asked asked)
    {
        if (asked.Until.IsCancellationRequested)
        {
            return;
        }

        try
        {
            asked.Answer.TrySetResult(await WouldBecomeAsync(asked.Order, asked.Decision));
        }
        catch (Exception e) when (e is not DeskLostException && !_stop.IsCancellationRequested)
        {
            // It is told to whoever asked; a question must not end the desk.
            asked.Answer.TrySetException(e);
        }
    }

    private async Task<WouldBe?> WouldBecomeAsync(DeskOrder order, TradeDecision decision)
    {
        if (!_isReady)
        {
            return null;
        }

        if (!order.Closes && _open.Values.FirstOrDefault(o => o.IsInFlight && o.IsUncertain && o.Symbol == order.Symbol) is { } uncertain)
        {
            return WouldBecome.Refused(Refusals.OutcomeUnknown(uncertain));
        }

        if (!_instruments.ContainsKey(order.Symbol))
        {
            return WouldBecome.Refused(NotTraded(order.Symbol));
        }

        if (decision.Action != TradeAction.Close && _prepared.GetValueOrDefault(order.Symbol) != decision.Leverage && await IsToBeSetAsync(order, decision) && await LeverageInUseAsync(order) is { } used)
        {
            return WouldBecome.Refused(Rejections.LeverageInUse(order.Symbol, used, decision.Leverage));
        }

        return await _store.TryAsync(
            async work =>
            {
                var (verdict, _, _) = await DecideAsync(order, decision, work, isAsked: true);
                return WouldBecome.Of(order, verdict);
            },
            _stop);
    }
}
