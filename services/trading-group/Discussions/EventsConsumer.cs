using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.TradingGroup.Groups;

namespace TradingSystem.TradingGroup.Discussions;

/// <summary>
/// Hands events to the hosted groups they address, but for summaries: what was held back so that nobody discusses it again must not come back by
/// them. Each group takes its events in order; groups do not wait for each other.
/// </summary>
public sealed class EventsConsumer(GroupRegistry registry, DiscussionRunner runner, GroupTurns turns) : IConsumer<ImmediateEvents>
{
    public async Task Consume(ConsumeContext<ImmediateEvents> context)
    {
        var events = context.Message.Items.Where(e => !EventSources.IsSummary(e)).ToList();
        var work = new List<Task>();
        foreach (var group in await registry.RunningAsync(context.CancellationToken))
        {
            var addressed = events.Where(e => TargetSelector.Matches(e.Targets, group.Name, group.Market, group.Symbol)).ToList();
            if (addressed.Count > 0)
            {
                work.Add(RunAsync(group, addressed, context.CancellationToken));
            }
        }

        // All are awaited even if one fails; the message then comes again and the others only repeat themselves.
        await Task.WhenAll(work);
    }

    private async Task RunAsync(GroupConfig group, IReadOnlyList<ImmediateEvent> events, CancellationToken cancellationToken)
    {
        foreach (var trigger in events)
        {
            using (await turns.TakeAsync(group.Id, cancellationToken))
            {
                await runner.RunAsync(group, trigger, cancellationToken);
            }
        }
    }
}
