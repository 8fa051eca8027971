using System.Diagnostics;
using System.Net.WebSockets;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Api;
using TradingSystem.Gateway.Events;
using TradingSystem.Gateway.Groups;
using TradingSystem.Gateway.Tokens;
using TradingSystem.Gateway.Triggers;

namespace TradingSystem.Gateway.Connections;

/// <summary><c>/ws/events</c>. The handshake is always accepted; a refusal is a close, which every client library shows.</summary>
public sealed class EventsEndpoint(
    TokenLookup tokens,
    SessionRegistry sessions,
    GroupDirectory directory,
    TriggerPresence presence,
    FrameHandler handler,
    TimeProvider time,
    ILogger<EventsEndpoint> log)
{
    private static readonly TimeSpan RefusalDeadline = TimeSpan.FromSeconds(2);

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await ApiErrors.Validation("$", "WebSocket upgrade request", context.Request.Method).ExecuteAsync(context);
            return;
        }

        // Each frame starts a trace of its own; the connection's would never end.
        Activity.Current = null;
        var (socket, stream) = await Upgrade.AcceptAsync(context);
        if (sessions.IsDraining)
        {
            await RefuseAsync(socket, CloseCodes.ServerShutdown);
            return;
        }

        var check = await tokens.CheckAsync(context.Request, context.RequestAborted);
        if (check.Identity is not { } identity)
        {
            await RefuseAsync(socket, check.Refusal!);
            return;
        }

        using var session = new Session(Guid.CreateVersion7(time.GetUtcNow()), identity, socket, stream, handler, time, log);
        if (!await sessions.ClaimAsync(session))
        {
            await RefuseAsync(socket, CloseCodes.TokenInUse);
            return;
        }

        await ServeAsync(session);
    }

    private async Task ServeAsync(Session session)
    {
        var kind = session.Identity.OwnerKind;
        GatewayMetrics.SessionOpened(kind);
        try
        {
            session.Send(Ack(session));
            sessions.Enter(session);
            if (!session.Identity.IsGroup)
            {
                presence.Seen(session.Identity.OwnerId);
            }

            if (sessions.IsDraining)
            {
                session.Close(CloseCodes.ServerShutdown);
            }

            await session.RunAsync();
        }
        finally
        {
            sessions.Leave(session);
            GatewayMetrics.SessionClosed(kind);
        }
    }

    private byte[] Ack(Session session)
    {
        if (!session.Identity.IsGroup)
        {
            var trigger = directory.Trigger(session.Identity.OwnerId)!;
            return AckWriter.Write(new TriggerAck(session.ClientId, session.Id, trigger.Name, trigger.ProviderName, trigger.ModelName, directory.ActiveGroupNames()));
        }

        var group = directory.Group(session.Identity.OwnerId)!;
        return AckWriter.Write(new GroupAck(
            session.ClientId,
            session.Id,
            group.Id,
            group.Name,
            group.Market,
            group.Symbol,
            group.Interval,
            group.Leverage,
            group.MarginUsdt,
            group.PositionMode,
            [.. group.Members.Select(m => new MemberAck(m.Id, m.Name, m.Role, m.Provider, m.Model, m.SystemPrompt))]));
    }

    private async Task RefuseAsync(WebSocket socket, CloseReason reason)
    {
        GatewayMetrics.ConnectionRefused(reason.Reason);
        using (socket)
        {
            using var deadline = new CancellationTokenSource(RefusalDeadline, time);
            try
            {
                await socket.CloseAsync((WebSocketCloseStatus)reason.Code, reason.Reason, deadline.Token);
            }
            catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                socket.Abort();
            }
        }
    }
}
