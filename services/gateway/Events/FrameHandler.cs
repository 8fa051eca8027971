using System.Diagnostics;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Groups;
using TradingSystem.Gateway.Triggers;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Events;

/// <summary>
/// Decides about one frame. Publishing begins before <see cref="Handle"/> returns, so frames of one socket are published
/// in their order; the reply comes when the outcome is known. Nothing here looks at whether the sender is still there.
/// </summary>
public sealed class FrameHandler(
    GroupDirectory directory,
    SessionRegistry sessions,
    TriggerPresence presence,
    IDurablePublisher publisher,
    TimeProvider time)
{
    public Task<byte[]> Handle(Session session, ReadOnlyMemory<byte> bytes)
    {
        GatewayMetrics.FrameReceived();
        if (!session.Identity.IsGroup)
        {
            presence.Seen(session.Identity.OwnerId);
        }

        using var activity = GatewayMetrics.Activities.StartActivity("gateway.frame", ActivityKind.Server);
        var parsed = FrameParser.Parse(bytes);
        if (parsed.EventType is { } type && type != Allowed(session))
        {
            return Refuse(ReplyCodes.ForbiddenEvent, "event_type", type, parsed.RequestId);
        }

        if (parsed.Frame is null)
        {
            GatewayMetrics.FrameRefused(ReplyMessages.ValidationError);
            return Task.FromResult(ReplyWriter.ValidationError(parsed.Errors, parsed.RequestId));
        }

        if (session.IsDraining)
        {
            return Refuse(ReplyCodes.ShuttingDown, "$", "", parsed.RequestId);
        }

        return parsed.Frame switch
        {
            PingFrame ping => Task.FromResult(ReplyWriter.Pong(ping)),
            EventFrame { Signal: not null } decision => PostTrade(session, decision),
            EventFrame immediate => Immediate(session, immediate),
            SystemFrame { Discussion: not null } discussion => Discussion(session, discussion),
            SystemFrame system => System(session, system),
            _ => throw new UnreachableException(),
        };
    }

    private static string Allowed(Session session) => session.Identity.IsGroup ? EventTypes.PostTrade : EventTypes.Immediate;

    private Task<byte[]> Immediate(Session session, EventFrame frame)
    {
        var trigger = directory.Trigger(session.Identity.OwnerId)!;
        if (!trigger.Active)
        {
            return Refuse(ReplyCodes.TriggerInactive, "$", trigger.Name, frame.RequestId);
        }

        if (frame.ValidateOnly)
        {
            return Task.FromResult(ReplyWriter.Valid(frame.RequestId));
        }

        var item = Mapping.Immediate(trigger, frame, time.GetUtcNow());
        return Publish(item, frame.RequestId, frame.Key is not null, EventTypes.Immediate, () =>
            ReplyWriter.Accepted(item.Id, sessions.Targeted(item.Targets).Count, frame.RequestId));
    }

    private Task<byte[]> PostTrade(Session session, EventFrame frame)
    {
        var group = directory.Group(session.Identity.OwnerId)!;
        if (!group.Active)
        {
            return Refuse(ReplyCodes.GroupInactive, "$", group.Name, frame.RequestId);
        }

        if (frame.ValidateOnly)
        {
            return Task.FromResult(ReplyWriter.Valid(frame.RequestId));
        }

        var item = Mapping.Decision(group, frame, time.GetUtcNow());
        return Publish(item, frame.RequestId, frame.Key is not null, EventTypes.PostTrade, () => ReplyWriter.Accepted(item.Id, 0, frame.RequestId));
    }

    private Task<byte[]> System(Session session, SystemFrame frame)
    {
        var source = session.Identity.IsGroup ? directory.Group(session.Identity.OwnerId)!.Name : directory.Trigger(session.Identity.OwnerId)!.Name;
        return Publish(Mapping.Log(session.Identity, source, frame, time.GetUtcNow()), frame.RequestId, false, "system", () => ReplyWriter.Logged(frame.RequestId));
    }

    private Task<byte[]> Discussion(Session session, SystemFrame frame)
    {
        if (!session.Identity.IsGroup)
        {
            return Refuse(ReplyCodes.ForbiddenEvent, "code", frame.Code, frame.RequestId);
        }

        var group = directory.Group(session.Identity.OwnerId)!;
        var sent = frame.Discussion!.GroupId;
        if (sent != group.Id)
        {
            GatewayMetrics.FrameRefused(ReplyMessages.ValidationError);
            return Task.FromResult(ReplyWriter.ValidationError([new("detail.group_id", $"the group's own id {group.Id}", sent.ToString())], frame.RequestId));
        }

        return Publish(Mapping.Discussion(group, frame, time.GetUtcNow()), frame.RequestId, false, "discussion", () => ReplyWriter.Logged(frame.RequestId));
    }

    private async Task<byte[]> Publish<TItem>(TItem item, string? requestId, bool hasKey, string kind, Func<byte[]> accepted)
        where TItem : class
    {
        // Not the connection's token: a disconnect never cancels a publish.
        PublishOutcome outcome;
        try
        {
            outcome = await publisher.PublishAsync(item, CancellationToken.None);
        }
        catch (Exception)
        {
            // One frame must never end the socket; what became of it is not known.
            outcome = PublishOutcome.Unknown;
        }

        if (outcome == PublishOutcome.Durable)
        {
            GatewayMetrics.EventAccepted(kind);
            return accepted();
        }

        var code = outcome == PublishOutcome.Unavailable ? ReplyCodes.BusUnavailable
            : hasKey ? ReplyCodes.OutcomeUnknownKeyed
            : ReplyCodes.OutcomeUnknown;
        return await Refuse(code, "$", kind, requestId);
    }

    private static Task<byte[]> Refuse(ReplyCode code, string path, string got, string? requestId)
    {
        GatewayMetrics.FrameRefused(code.Code);
        return Task.FromResult(ReplyWriter.Refused(code, path, got, requestId));
    }
}
