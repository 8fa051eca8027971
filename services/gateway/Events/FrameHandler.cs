using System.Diagnostics;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Controls;
using TradingSystem.Gateway.Feeds;
using TradingSystem.Gateway.Settings;
using TradingSystem.Gateway.Storage;
using TradingSystem.Gateway.Triggers;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Events;

/// <summary>
/// Decides about one frame. Publishing begins before <see cref="Handle"/> returns, so frames of one socket are published
/// in their order; the reply is completed when the outcome is known. Nothing here looks at whether the sender is still there.
/// </summary>
public sealed class FrameHandler(
    GroupDirectory directory,
    TradingControls controls,
    DispatchCount dispatch,
    TriggerPresence presence,
    AcceptedKeys keys,
    DecisionQuestions questions,
    IDurablePublisher publisher,
    TimeProvider time)
{
    public void Handle(Session session, ReadOnlyMemory<byte> bytes, Reply reply)
    {
        GatewayMetrics.FrameReceived();
        if (!session.Identity.IsGroup)
        {
            presence.Sent(session.Identity.OwnerId);
        }

        using var activity = GatewayMetrics.Activities.StartActivity("gateway.frame", ActivityKind.Server);
        var parsed = FrameParser.Parse(bytes, session.Dialect);
        session.Dialect = parsed.Dialect;
        var answer = new Answer(session, reply, parsed.RequestId, parsed.Warnings, presence);
        if (session.TakeFrame() is var wait and > 0)
        {
            answer.Refuse(ReplyCodes.RateLimited, "$", "frames of this session", wait);
        }
        else if (parsed.EventType is { } type && !IsAllowed(session, type))
        {
            answer.Refuse(ReplyCodes.ForbiddenEvent, IsSteering(type) ? session.Dialect == Dialect.Kind ? "kind" : "type" : "event_type", type);
        }
        else if (parsed.Frame is null)
        {
            answer.Invalid(parsed.Errors);
        }
        else if (session.IsDraining)
        {
            answer.Refuse(ReplyCodes.ShuttingDown, "$", "");
        }
        else
        {
            Handle(session, parsed.Frame, answer);
        }
    }

    private static bool IsAllowed(Session session, string type) => session.Identity.IsGroup
        ? type == EventTypes.PostTrade || IsSteering(type)
        : type is EventTypes.Immediate or EventTypes.Scheduled or EventTypes.Conditional or SteeringTypes.Cancel;

    private static bool IsSteering(string type) => type is SteeringTypes.Cancel or SteeringTypes.Protect;

    private void Handle(Session session, ClientFrame frame, Answer answer)
    {
        switch (frame)
        {
            case PingFrame ping:
                answer.Complete(ReplyWriter.Pong(ping, session.Dialect));
                break;
            case CancelFrame cancel when cancel.ScheduleId is not null == session.Identity.IsGroup:
                // Orders are of groups only, schedules of triggers.
                answer.Refuse(ReplyCodes.ForbiddenEvent, session.Dialect == Dialect.Kind ? "kind" : "type", SteeringTypes.Cancel);
                break;
            case CancelFrame { ScheduleId: { } schedule }:
                Unschedule(session, schedule, answer);
                break;
            case CancelFrame or ProtectFrame:
                _ = SteerAsync(session, frame, answer);
                break;
            case EventFrame { Signal: not null } decision:
                PostTrade(session, decision, answer);
                break;
            case EventFrame { Schedule: null, When: null } immediate:
                Immediate(session, immediate, answer);
                break;
            case EventFrame later:
                Later(session, later, answer);
                break;
            case SystemFrame { Discussion: not null } discussion:
                Discussion(session, discussion, answer);
                break;
            case SystemFrame system:
                System(session, system, answer);
                break;
        }
    }

    private void Immediate(Session session, EventFrame frame, Answer answer)
    {
        var trigger = directory.Trigger(session.Identity.OwnerId)!;
        if (!trigger.Active)
        {
            answer.Refuse(ReplyCodes.TriggerInactive, "$", trigger.Name);
        }
        else if (frame.ValidateOnly)
        {
            answer.Valid();
        }
        else
        {
            var item = Mapping.Immediate(trigger, frame, time.GetUtcNow());
            Accept(item, item.Id, AcceptedKeys.Body, frame.Key, EventTypes.Immediate, "event_key", answer, () => dispatch.Of(item.Targets));
        }
    }

    private void Later(Session session, EventFrame frame, Answer answer)
    {
        var (trigger, now) = (directory.Trigger(session.Identity.OwnerId)!, time.GetUtcNow());
        if (!trigger.Active)
        {
            answer.Refuse(ReplyCodes.TriggerInactive, "$", trigger.Name);
        }
        else if (Mapping.Scheduled(trigger, frame, now) is var item && !IsRepetition(frame, item) && ScheduleCheck.Fault(frame, now) is { } fault)
        {
            answer.Invalid([fault]);
        }
        else if (frame.ValidateOnly)
        {
            answer.Valid();
        }
        else
        {
            Accept(item, item.ScheduleId, AcceptedKeys.Body, frame.Key, frame.EventType, "event_key", answer, static () => 0);
        }
    }

    /// <summary>What was accepted is answered the same again, also when its time has come meanwhile.</summary>
    private bool IsRepetition(EventFrame frame, ScheduleChange item) => frame.Key is not null && keys.Find(item.ScheduleId, AcceptedKeys.Body(item)) is not null;

    /// <summary>One that is switched off may still take back what it asked for.</summary>
    private void Unschedule(Session session, Guid schedule, Answer answer)
    {
        var item = Mapping.Unscheduled(directory.Trigger(session.Identity.OwnerId)!, schedule, time.GetUtcNow());
        _ = RequestAsync(item, schedule, SteeringTypes.Cancel, answer);
    }

    private void PostTrade(Session session, EventFrame frame, Answer answer)
    {
        var group = directory.Group(session.Identity.OwnerId)!;
        if (!group.Active)
        {
            answer.Refuse(ReplyCodes.GroupInactive, "$", group.Name);
        }
        else if (controls.Hold(group.Id) is { } hold)
        {
            answer.Refuse(ReplyCodes.TradingHalted, "$", hold);
        }
        else if (frame.ValidateOnly)
        {
            _ = CheckAsync(Mapping.Decision(session.Identity, group, frame, time.GetUtcNow()), answer);
        }
        else
        {
            var item = Mapping.Decision(session.Identity, group, frame, time.GetUtcNow());
            Accept(item, item.Id, AcceptedKeys.Body, frame.Key, EventTypes.PostTrade, "decision_id", answer, static () => 0);
        }
    }

    /// <summary>
    /// What takes risk back passes whatever is held back or switched off. It has no key: each acceptance is a request of its own, and the same
    /// one twice changes nothing more.
    /// </summary>
    private Task SteerAsync(Session session, ClientFrame frame, Answer answer)
    {
        var item = Mapping.Steering(session.Identity, directory.Group(session.Identity.OwnerId)!, frame, time.GetUtcNow());
        return RequestAsync(item, item.Id, item.Cancel is null ? SteeringTypes.Protect : SteeringTypes.Cancel, answer);
    }

    /// <summary>What does no harm when it comes twice.</summary>
    private async Task RequestAsync<TItem>(TItem item, Guid id, string kind, Answer answer)
        where TItem : class
    {
        var outcome = await OutcomeAsync(item);
        if (outcome == PublishOutcome.Durable)
        {
            GatewayMetrics.EventAccepted(kind);
            answer.Accepted(id, 0, duplicate: false);
        }
        else
        {
            answer.Refuse(outcome == PublishOutcome.Unavailable ? ReplyCodes.BusUnavailable : ReplyCodes.OutcomeUnknownHarmless, "$", kind);
        }
    }

    /// <summary>What would be answered and done; nothing is.</summary>
    private async Task CheckAsync(TradeDecision item, Answer answer)
    {
        if (item.DecisionId is { } key && keys.Find(item.Id, AcceptedKeys.Body(item)) is { } held)
        {
            if (held.IsSame)
            {
                answer.Valid(new(WouldActions.Nothing, null, null, null, null, null, null), duplicate: true);
            }
            else
            {
                answer.Refuse(ReplyCodes.DecisionIdReused, "decision_id", key);
            }

            return;
        }

        answer.Valid(await questions.AskAsync(item), duplicate: false);
    }

    private void System(Session session, SystemFrame frame, Answer answer)
    {
        var source = session.Identity.IsGroup ? directory.Group(session.Identity.OwnerId)!.Name : directory.Trigger(session.Identity.OwnerId)!.Name;
        _ = LogAsync(Mapping.Log(session.Identity, source, frame, time.GetUtcNow()), "system", answer);
    }

    private void Discussion(Session session, SystemFrame frame, Answer answer)
    {
        if (!session.Identity.IsGroup)
        {
            answer.Refuse(ReplyCodes.ForbiddenEvent, "code", frame.Code);
            return;
        }

        var group = directory.Group(session.Identity.OwnerId)!;
        var sent = frame.Discussion!.GroupId;
        if (sent != group.Id)
        {
            answer.Invalid([new("detail.group_id", $"the group's own id {group.Id}", sent.ToString())]);
            return;
        }

        _ = LogAsync(Mapping.Discussion(group, frame, time.GetUtcNow()), "discussion", answer);
    }

    /// <summary>A key's first frame is published; a repetition gets the first one's outcome, another body under it is refused.</summary>
    private void Accept<TItem>(TItem item, Guid id, Func<TItem, string> body, string? key, string kind, string keyField, Answer answer, Func<int> dispatched)
        where TItem : class
    {
        if (key is null)
        {
            _ = PublishAsync(item, id, null, kind, answer, dispatched);
            return;
        }

        var claim = keys.Take(id, body(item));
        if (!claim.IsSame)
        {
            answer.Refuse(ReplyCodes.DecisionIdReused, keyField, key);
        }
        else if (claim.IsFirst)
        {
            _ = PublishAsync(item, id, claim.Entry, kind, answer, dispatched);
        }
        else
        {
            _ = RepeatAsync(id, claim.Entry, answer, dispatched);
        }
    }

    private async Task PublishAsync<TItem>(TItem item, Guid id, AcceptedKeys.Entry? key, string kind, Answer answer, Func<int> dispatched)
        where TItem : class
    {
        var outcome = await OutcomeAsync(item);
        if (key?.Outcome.Task is { IsCompletedSuccessfully: true, Result: PublishOutcome.Durable })
        {
            // No confirm came in time, but the log has it.
            outcome = PublishOutcome.Durable;
        }

        if (key is not null && outcome != PublishOutcome.Durable)
        {
            // Sent again with its key it is tried again: under one id it can only count once.
            keys.Forget(id, key);
        }

        key?.Outcome.TrySetResult(outcome);
        if (outcome == PublishOutcome.Durable)
        {
            GatewayMetrics.EventAccepted(kind);
            answer.Accepted(id, dispatched(), duplicate: false);
        }
        else
        {
            answer.NotDurable(outcome, key is not null, kind);
        }
    }

    private static async Task RepeatAsync(Guid id, AcceptedKeys.Entry key, Answer answer, Func<int> dispatched)
    {
        var outcome = await key.Outcome.Task;
        if (outcome == PublishOutcome.Durable)
        {
            answer.Accepted(id, dispatched(), duplicate: true);
        }
        else
        {
            answer.NotDurable(outcome, hasKey: true, "");
        }
    }

    private async Task LogAsync<TItem>(TItem item, string kind, Answer answer)
        where TItem : class
    {
        var outcome = await OutcomeAsync(item);
        if (outcome == PublishOutcome.Durable)
        {
            GatewayMetrics.EventAccepted(kind);
            answer.Logged();
        }
        else
        {
            answer.NotDurable(outcome, hasKey: false, kind);
        }
    }

    private async Task<PublishOutcome> OutcomeAsync<TItem>(TItem item)
        where TItem : class
    {
        try
        {
            // Not the connection's token: a disconnect never cancels a publish.
            return await publisher.PublishAsync(item, CancellationToken.None);
        }
        catch (Exception)
        {
            // One frame must never end the socket; what became of it is not known.
            return PublishOutcome.Unknown;
        }
    }
}
