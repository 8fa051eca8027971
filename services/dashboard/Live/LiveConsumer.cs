using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Dashboard.Live;

/// <summary>Everything the bus carries, to the pages. Each node has its own copy, so nodes need no backplane.</summary>
public sealed class LiveConsumer(LiveState state, LiveSender sender) :
    IConsumer<ImmediateEvents>,
    IConsumer<TradeDecisions>,
    IConsumer<DiscussionLogs>,
    IConsumer<OrderUpdates>,
    IConsumer<EquitySnapshots>,
    IConsumer<GroupsChanged>,
    IConsumer<SystemLogs>,
    IConsumer<PriceTicks>,
    IConsumer<Candles>,
    IConsumer<MarketStatus>
{
    public Task Consume(ConsumeContext<ImmediateEvents> context) =>
        SendAsync(context, LiveMethods.Events, context.Message.Items, LiveShapes.ToLive);

    public Task Consume(ConsumeContext<TradeDecisions> context) =>
        SendAsync(context, LiveMethods.Decisions, context.Message.Items, LiveShapes.ToLive);

    public Task Consume(ConsumeContext<DiscussionLogs> context) =>
        SendAsync(context, LiveMethods.Discussions, context.Message.Items, LiveShapes.ToLive);

    public Task Consume(ConsumeContext<OrderUpdates> context) =>
        SendAsync(context, LiveMethods.OrderUpdates, [.. context.Message.Items.SelectMany(OrderSteps.Steps)], LiveShapes.ToLive);

    public Task Consume(ConsumeContext<EquitySnapshots> context) =>
        SendAsync(context, LiveMethods.Equity, context.Message.Items, LiveShapes.ToLive);

    public Task Consume(ConsumeContext<GroupsChanged> context) =>
        sender.SendAsync(LiveMethods.Groups, context.Message.Items, context.CancellationToken);

    public Task Consume(ConsumeContext<SystemLogs> context) =>
        SendAsync(context, LiveMethods.Logs, context.Message.Items, LiveShapes.ToLive);

    public Task Consume(ConsumeContext<PriceTicks> context)
    {
        state.Add(context.Message.Items);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<Candles> context) =>
        sender.SendAsync(LiveMethods.Candles, context.Message.Items, context.CancellationToken);

    public Task Consume(ConsumeContext<MarketStatus> context)
    {
        state.Market = context.Message;
        return sender.SendAsync(LiveMethods.Market, context.Message.ToLive(), context.CancellationToken);
    }

    private Task SendAsync<TItem, TLive>(ConsumeContext context, string method, IReadOnlyList<TItem> items, Func<TItem, TLive> toLive) =>
        sender.SendAsync(method, items.Select(toLive).ToList(), context.CancellationToken);
}
