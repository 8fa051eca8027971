using System.Diagnostics;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Events;
using TradingSystem.Gateway.Feeds;
using TradingSystem.Gateway.Framing;
using TradingSystem.Gateway.Leases;
using TradingSystem.Gateway.Market;
using TradingSystem.Gateway.Settings;
using TradingSystem.Gateway.Storage;
using TradingSystem.Gateway.Tokens;
using TradingSystem.Gateway.Triggers;

namespace TradingSystem.Gateway.Endpoint;

/// <summary><c>/ws/events</c>. The handshake is always accepted; a refusal is a close, which every client library shows.</summary>
public sealed class EventsEndpoint(
    TokenLookup tokens,
    SessionClaims claims,
    LeaseStore leases,
    AddressGate gate,
    SessionRegistry sessions,
    GroupDirectory directory,
    FeedHistory history,
    TriggerPresence presence,
    MarketFeeds market,
    FrameHandler handler,
    GatewayOptions options,
    TimeProvider time,
    ILogger<EventsEndpoint> log)
{
    private static readonly TimeSpan RefusalDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LockedOutDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LogPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>A request that came by HTTP.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (Handshake.Refusal(context) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
        }
        else
        {
            await HandleAsync(await Handshake.AcceptAsync(context), ConnectRequest.Read(context.Request));
        }
    }

    /// <summary>Runs until the connection has ended.</summary>
    public async Task HandleAsync(Transport transport, (ConnectRequest? Request, CloseReason? Refusal) asked)
    {
        // Each frame starts a trace of its own; the connection's would never end.
        Activity.Current = null;
        var id = Guid.CreateVersion7(time.GetUtcNow());
        sessions.Opening(id);
        try
        {
            if (await ClaimAsync(id, transport, asked.Request, asked.Refusal) is { } identity)
            {
                await ServeAsync(id, identity, asked.Request!, transport);
            }
        }
        finally
        {
            sessions.Opened(id);
        }
    }

    /// <summary>Null when the connection was refused and closed.</summary>
    private async Task<Identity?> ClaimAsync(Guid id, Transport transport, ConnectRequest? request, CloseReason? refusal)
    {
        if (sessions.IsDraining)
        {
            refusal = CloseCodes.ServerShutdown;
        }
        else if (gate.Connecting(transport.Address) is var wait and > 0)
        {
            await RefuseAsync(transport, CloseCodes.RateLimited, ReplyWriter.Refused(ReplyCodes.RateLimited, "$", "connections from this address", null, Dialect.Type, wait));
            return null;
        }

        if (refusal is null)
        {
            var (hash, bad) = await tokens.HashAsync(request!, CancellationToken.None);
            var (identity, held) = hash is null ? (null, bad) : await claims.ClaimAsync(hash, request!.OwnerKind, id);
            if (identity is not null && await tokens.LoadOwnerAsync(identity, CancellationToken.None))
            {
                gate.Proved(transport.Address);
                return identity;
            }

            if (identity is not null)
            {
                leases.Return(id);
            }

            refusal = held ?? CloseCodes.Unavailable;
            if (refusal == CloseCodes.InvalidToken && gate.BadToken(transport.Address))
            {
                // A guesser waits; a valid token never comes here.
                refusal = CloseCodes.LockedOut;
                await Task.Delay(LockedOutDelay, time, transport.Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await RefuseAsync(transport, refusal!, null);
        return null;
    }

    private async Task ServeAsync(Guid id, Identity identity, ConnectRequest request, Transport transport)
    {
        using var session = new Session(id, identity, request, transport, handler.Handle, options, time, log);
        GatewayMetrics.SessionOpened(identity.OwnerKind);
        using var reader = identity.IsGroup && request.Features.Market is { } terms ? new MarketReader(session, terms, market, time) : null;
        try
        {
            if (reader is not null)
            {
                // Before the ack, so that history can come right behind it.
                await FollowAsync(session, reader);
            }

            session.Begin(Acks.Write(session, directory, options.Limits));
            sessions.Enter(session);
            sessions.Opened(id);
            if (identity.IsGroup)
            {
                await FollowAsync(session, request);
                if (reader is not null)
                {
                    // What was changed before it was entered, nobody told it.
                    await FollowAsync(session, reader);
                }
            }
            else
            {
                presence.Connected(identity.OwnerId);
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
            leases.Return(id);
            GatewayMetrics.SessionClosed(identity.OwnerKind);
        }
    }

    private Task FollowAsync(Session session, MarketReader reader)
    {
        var group = directory.Group(session.Identity.OwnerId)!;
        session.Follow(reader);
        return reader.FollowAsync(group.Symbol, group.Interval);
    }

    /// <summary>Finds the place in the group's feed. Everything after it comes, in order, replayed and live alike.</summary>
    private async Task FollowAsync(Session session, ConnectRequest request)
    {
        var groupId = session.Identity.OwnerId;
        var feed = history.Feed(groupId);
        if (request.ResumeFrom is not { } after)
        {
            var fresh = FeedReader.Live(feed, groupId, session.Features);
            if (session.Features.Resume)
            {
                // Where it stands: the connection may break before the first frame tells.
                session.Send(PushWriter.Resumed(true, null, fresh.LastSeq, session.Dialect));
            }

            session.Follow(fresh);
            return;
        }

        // The client may have seen on another node what has not come to this one yet.
        var started = time.GetTimestamp();
        while (after > history.Known && time.GetElapsedTime(started) < LogPatience)
        {
            await Task.Delay(LogPoll, time);
        }

        if (FeedReader.After(feed, groupId, session.Features, after, history.Known, out var firstHeld) is { } resumed)
        {
            session.Follow(resumed);
            return;
        }

        var live = FeedReader.Live(feed, groupId, session.Features);
        session.Send(PushWriter.Resumed(false, firstHeld, live.LastSeq, session.Dialect));
        session.Follow(live);
    }

    private async Task RefuseAsync(Transport transport, CloseReason reason, byte[]? frame)
    {
        GatewayMetrics.ConnectionRefused(reason.Reason);
        if (frame is not null)
        {
            transport.Output.WriteFrame(Opcode.Text, frame);
        }

        transport.Output.WriteClose(reason);
        using var deadline = new CancellationTokenSource(RefusalDeadline, time);
        using var reader = new FrameReader(transport.Input, FrameParser.MaxFrameBytes);
        try
        {
            await transport.Output.SendAsync(deadline.Token);

            // Until the peer has read it: an early end of the connection would be all that it sees.
            await reader.SkipToCloseAsync(RefusalDeadline, time, deadline.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Nobody is there to be told.
        }
    }
}
