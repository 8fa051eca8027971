using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.TradingGroup.Groups;

public sealed class GroupsConsumer(GroupRegistry registry) : IConsumer<GroupsChanged>
{
    public Task Consume(ConsumeContext<GroupsChanged> context) => registry.SaveAsync(context.Message.Items, context.CancellationToken);
}
