using System.Diagnostics;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Events;

/// <summary>From the wire to the bus. Ids, sources and times are stamped here, whatever the sender wrote.</summary>
public static class Mapping
{
    public static ImmediateEvent Immediate(TriggerInfo trigger, EventFrame frame, DateTimeOffset now) => new(
        Id(trigger.Id, frame.Key, now),
        trigger.Name,
        frame.Priority,
        frame.Targets,
        frame.Title,
        frame.Payload,
        frame.Tags,
        frame.Condition,
        frame.CorrelationId,
        now,
        Activity.Current?.Id)
    {
        TriggerId = trigger.Id,
    };

    /// <summary>What <see cref="Immediate"/> would be, later.</summary>
    public static ScheduleChange Scheduled(TriggerInfo trigger, EventFrame frame, DateTimeOffset now) => new()
    {
        ScheduleId = Id(trigger.Id, frame.Key, now),
        OwnerId = trigger.Id,
        Owner = trigger.Name,
        Made = new()
        {
            Priority = frame.Priority,
            Targets = frame.Targets,
            Title = frame.Title,
            Payload = frame.Payload,
            Tags = frame.Tags,
            Condition = frame.Condition,
            CorrelationId = frame.CorrelationId,
            TriggerAt = frame.Schedule?.TriggerAt,
            Cron = frame.Schedule?.Cron is not { } cron ? null
                : new() { Cron = cron.Cron, Zone = cron.Zone, Late = cron.Late, WithinS = cron.WithinS, Overlap = cron.Overlap, Until = cron.Until },
            Price = frame.When is not { } price ? null
                : new() { Symbol = price.Symbol, Op = price.Op, Value = price.Value, ValidUntil = frame.ValidUntil },
        },
        CreatedAt = now,
        TraceParent = Activity.Current?.Id,
    };

    public static ScheduleChange Unscheduled(TriggerInfo trigger, Guid schedule, DateTimeOffset now) => new()
    {
        ScheduleId = schedule,
        OwnerId = trigger.Id,
        Owner = trigger.Name,
        CreatedAt = now,
        TraceParent = Activity.Current?.Id,
    };

    public static TradeDecision Decision(Identity sender, GroupConfig group, EventFrame frame, DateTimeOffset now)
    {
        var signal = frame.Signal!;
        return new()
        {
            Id = Id(group.Id, frame.Key, now),
            GroupId = group.Id,
            GroupName = group.Name,
            SourceId = group.Name,
            Priority = frame.Priority,
            Targets = frame.Targets,
            Title = frame.Title,
            Payload = frame.Payload,
            Tags = frame.Tags,
            Condition = frame.Condition,
            Symbol = signal.Symbol,
            Action = TradeActions.Of(signal.Action),
            Qty = signal.Qty,
            MarginUsd = signal.MarginUsd,
            Leverage = signal.Leverage ?? group.Leverage,
            Entry = signal.Entry,
            StopLoss = signal.StopLoss,
            TakeProfit = signal.TakeProfit,
            ConfidencePct = signal.ConfidencePct,
            Reasoning = signal.Reasoning,
            OrderType = signal.OrderType,
            Price = signal.Price,
            DecisionId = frame.Key,
            TriggerEventId = frame.TriggerEventId,
            CorrelationId = frame.CorrelationId,
            CreatedAt = now,
            ValidUntil = frame.ValidUntil,
            TraceParent = Activity.Current?.Id,
            TokenId = sender.TokenId,
            Epoch = sender.Epoch,
            TradeAccountId = signal.TradeAccountId,
        };
    }

    public static GroupSteering Steering(Identity sender, GroupConfig group, ClientFrame frame, DateTimeOffset now)
    {
        var cancel = frame as CancelFrame;
        var protect = frame as ProtectFrame;
        return new(
            Guid.CreateVersion7(now),
            group.Id,
            group.Name,
            group.Name,
            cancel is null ? null : new(cancel.DecisionId),
            protect is null ? null : new(protect.Symbol, Leg(protect.StopLoss), Leg(protect.TakeProfit)),
            frame.RequestId,
            cancel?.CorrelationId ?? protect?.CorrelationId,
            now,
            Activity.Current?.Id,
            sender.TokenId,
            sender.Epoch);
    }

    public static SystemLog Log(Identity sender, string source, SystemFrame frame, DateTimeOffset now) => new(
        Guid.CreateVersion7(now),
        sender.OwnerKind,
        source,
        frame.Level,
        frame.Code,
        frame.Message,
        frame.Detail,
        now,
        Activity.Current?.Id);

    public static DiscussionLog Discussion(GroupConfig group, SystemFrame frame, DateTimeOffset now)
    {
        var detail = frame.Discussion!;
        return new(
            Guid.CreateVersion7(now),
            group.Id,
            group.Name,
            frame.Message,
            detail.MemberOpinions,
            detail.Decision,
            detail.TriggerEventId,
            detail.DecisionId,
            detail.CorrelationId,
            now,
            Activity.Current?.Id);
    }

    /// <summary>With a key a repetition gets the same id, on every node and for ever.</summary>
    private static Guid Id(Guid owner, string? key, DateTimeOffset now) =>
        key is null ? Guid.CreateVersion7(now) : NameBasedGuid.Create(owner, key);

    private static LegMove? Leg(LegChange? change) => change is null ? null : new(change.Price);
}
