using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Controls;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Execution.Protection;

/// <summary>
/// What groups ask of their own orders and protection, one after the other. Returns, and so acknowledges, when all of it is saved; delivered
/// again it finds that it is. One that cannot be done keeps none behind it from being done.
/// </summary>
public sealed class GroupSteeringsConsumer(OrderCancels cancels, ProtectionMoves moves) : IConsumer<GroupSteerings>
{
    public async Task Consume(ConsumeContext<GroupSteerings> context)
    {
        List<Exception>? failed = null;
        foreach (var steering in context.Message.Items)
        {
            try
            {
                await ApplyAsync(steering, context.CancellationToken);
            }
            catch (Exception e) when (!Outage.IsOutage(e) && !context.CancellationToken.IsCancellationRequested)
            {
                (failed ??= []).Add(e);
            }
        }

        if (failed is not null)
        {
            throw new AggregateException("Some of what groups asked for could not be done.", failed);
        }
    }

    private Task ApplyAsync(GroupSteering steering, CancellationToken cancellationToken) =>
        steering.Cancel is not null ? cancels.ApplyAsync(steering, cancellationToken)
        : steering.Protect is not null ? moves.ApplyAsync(steering, cancellationToken)
        : Task.CompletedTask;
}
