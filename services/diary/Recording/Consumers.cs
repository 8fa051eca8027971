using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Diary.Activity;
using TradingSystem.Diary.Storage;
using TradingSystem.Hosting.Delivery;

namespace TradingSystem.Diary.Recording;

/// <summary>Signals and decisions into <c>events</c>.</summary>
public sealed class EventsConsumer(DiaryWriter writer, ActivityTracker activity) : IConsumer<ImmediateEvents>, IConsumer<TradeDecisions>
{
    public async Task Consume(ConsumeContext<ImmediateEvents> context)
    {
        await writer.WriteAsync(context.Message.Items, context.CancellationToken);
        activity.Targeted(context.Message.Items);
    }

    public async Task Consume(ConsumeContext<TradeDecisions> context)
    {
        await writer.WriteAsync(context.Message.Items, context.CancellationToken);
        foreach (var decision in context.Message.Items)
        {
            activity.Touch(decision.GroupId, decision.CreatedAt);
        }
    }
}

/// <summary>System logs, and discussions into <c>trading_group_discussions</c>.</summary>
public sealed class LogsConsumer(DiaryWriter writer, ActivityTracker activity) : IConsumer<SystemLogs>, IConsumer<DiscussionLogs>
{
    public Task Consume(ConsumeContext<SystemLogs> context) => writer.WriteAsync(context.Message.Items, context.CancellationToken);

    public async Task Consume(ConsumeContext<DiscussionLogs> context)
    {
        await writer.WriteAsync(context.Message.Items, context.CancellationToken);
        foreach (var discussion in context.Message.Items)
        {
            activity.Touch(discussion.GroupId, discussion.CreatedAt);
        }
    }
}

/// <summary>Every step of every order, in the order it was announced.</summary>
public sealed class OrdersConsumer(OrdersLane lane, ActivityTracker activity) : IConsumer<OrderUpdates>
{
    public async Task Consume(ConsumeContext<OrderUpdates> context)
    {
        await lane.WriteAsync(Place.Of(context), context.Message.Items, context.CancellationToken);
        foreach (var update in context.Message.Items)
        {
            activity.Touch(update.GroupId, update.CreatedAt);
        }
    }
}

/// <summary>Brings order updates to the writer in the order of their queue, which is the order they were announced in.</summary>
public sealed class OrdersLane
{
    private readonly DiaryWriter _writer;
    private readonly Intake<Delivery> _intake;

    public OrdersLane(DiaryWriter writer, TimeProvider time, ILogger<OrdersLane> log)
    {
        _writer = writer;
        _intake = new(Write, delivery => delivery.Done.TrySetCanceled(CancellationToken.None), time, log);
    }

    public Task WriteAsync(Place place, IReadOnlyList<OrderUpdate> updates, CancellationToken cancellationToken)
    {
        var delivery = new Delivery(updates, cancellationToken);
        _intake.Add(place, delivery);
        return delivery.Done.Task.WaitAsync(cancellationToken);
    }

    private void Write(Delivery delivery)
    {
        // The writer takes its turn in the order of these calls.
        if (!delivery.Given.IsCancellationRequested)
        {
            _ = ForwardAsync(_writer.WriteAsync(delivery.Updates, CancellationToken.None), delivery.Done);
        }
    }

    private static async Task ForwardAsync(Task written, TaskCompletionSource done)
    {
        try
        {
            await written;
            done.TrySetResult();
        }
        catch (Exception e)
        {
            done.TrySetException(e);
        }
    }

    private sealed record Delivery(IReadOnlyList<OrderUpdate> Updates, CancellationToken Given)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

public sealed class EquityConsumer(DiaryWriter writer) : IConsumer<EquitySnapshots>
{
    public Task Consume(ConsumeContext<EquitySnapshots> context) => writer.WriteAsync(context.Message.Items, context.CancellationToken);
}

/// <summary>Keeps each group's newest version.</summary>
public sealed class GroupsConsumer(DiaryWriter writer, ActivityTracker activity) : IConsumer<GroupsChanged>
{
    public async Task Consume(ConsumeContext<GroupsChanged> context)
    {
        await writer.WriteAsync(context.Message.Items, context.CancellationToken);
        activity.GroupsMayHaveChanged();
    }
}
