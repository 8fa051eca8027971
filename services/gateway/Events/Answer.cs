using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Settings;
using TradingSystem.Gateway.Triggers;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Events;

/// <summary>Completes the reply to one frame in the words of its connection.</summary>
/// <param name="warnings">What of the frame was not read as it may have been meant.</param>
/// <param name="presence">Where a trigger's refusal is told.</param>
public readonly struct Answer(Session session, Reply reply, string? requestId, IReadOnlyList<FieldWarning> warnings, TriggerPresence presence)
{
    public string? RequestId => requestId;

    public void Complete(byte[] frame) => reply.Complete(frame);

    public void Accepted(Guid id, int dispatched, bool duplicate) =>
        reply.Complete(ReplyWriter.Accepted(id, dispatched, requestId, session.Dialect, duplicate, warnings));

    /// <summary>A decision that is only checked; null where execution did not say what would become of it.</summary>
    public void Valid(WouldBecome? would, bool duplicate) => reply.Complete(ReplyWriter.ValidDecision(would, requestId, session.Dialect, duplicate, warnings));

    /// <summary>The frame is right.</summary>
    public void Valid() => reply.Complete(ReplyWriter.Valid(requestId, session.Dialect, warnings));

    public void Logged() => reply.Complete(ReplyWriter.Logged(requestId, session.Dialect));

    public void Invalid(IReadOnlyList<FieldError> errors)
    {
        GatewayMetrics.FrameRefused(ReplyMessages.ValidationError);
        Tell(ReplyMessages.ValidationError, errors);
        reply.Complete(ReplyWriter.ValidationError(errors, requestId, session.Dialect, warnings));
    }

    /// <summary><paramref name="path"/> and <paramref name="got"/> name the field that led to the refusal.</summary>
    public void Refuse(ReplyCode code, string path, string got, int? retryAfterMs = null)
    {
        GatewayMetrics.FrameRefused(code.Code);
        Tell(code.Code, [new(path, code.Rule, got)]);
        reply.Complete(ReplyWriter.Refused(code, path, got, requestId, session.Dialect, retryAfterMs));
    }

    public void NotDurable(PublishOutcome outcome, bool hasKey, string kind)
    {
        var code = outcome == PublishOutcome.Unavailable ? ReplyCodes.BusUnavailable
            : hasKey ? ReplyCodes.OutcomeUnknownKeyed
            : ReplyCodes.OutcomeUnknown;
        Refuse(code, "$", kind);
    }
    private void Tell(string code, IReadOnlyList<FieldError> errors)
    {
        if (!session.Identity.IsGroup)
        {
            presence.Refused(session.Identity.OwnerId, code, errors);
        }
    }
}
