using System.Collections.Concurrent;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;

namespace TradingSystem.Gateway.Leases;

/// <summary>Asks whether a session's peer still answers, here or on the node that has it. A dead one loses its token.</summary>
public sealed class SessionProbes(SessionRegistry sessions, LeaseStore leases, Node node, IBus bus, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1700);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<bool>> _asked = new();

    /// <summary>Null when nobody answered in time, as a dead node does.</summary>
    public async Task<bool?> IsAliveAsync(LeaseHolder holder)
    {
        if (holder.SessionId == Guid.Empty)
        {
            // Taken in the same moment; who it is shows the next look.
            return null;
        }

        if (holder.NodeId == node.Id)
        {
            return await IsAliveHereAsync(holder.SessionId);
        }

        var answer = _asked.GetOrAdd(holder.SessionId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            using var deadline = new CancellationTokenSource(Patience, time);
            await bus.Publish(new SessionProbe(holder.SessionId, holder.NodeId), deadline.Token);
            return await answer.Task.WaitAsync(deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or MassTransitException or TimeoutException)
        {
            return null;
        }
        finally
        {
            _asked.TryRemove(KeyValuePair.Create(holder.SessionId, answer));
        }
    }

    public void Answered(SessionProbed answer)
    {
        if (_asked.TryGetValue(answer.SessionId, out var waiting))
        {
            waiting.TrySetResult(answer.Alive);
        }
    }

    public async Task<bool> IsAliveHereAsync(Guid sessionId)
    {
        // Entered before it stops opening, so a session is found one way or the other.
        if (sessions.IsOpening(sessionId))
        {
            return true;
        }

        var session = sessions.Find(sessionId);
        if (session is not null && await session.IsAliveAsync())
        {
            return true;
        }

        if (session is not null)
        {
            // The close waits for a peer that is only frozen. It counts no more.
            session.Close(CloseCodes.LeaseLost);
            sessions.Leave(session);
        }

        leases.Return(sessionId);
        return false;
    }
}

public sealed class SessionProbeConsumer(SessionProbes probes, Node node) : IConsumer<SessionProbe>, IConsumer<SessionProbed>
{
    public Task Consume(ConsumeContext<SessionProbe> context)
    {
        if (context.Message.NodeId == node.Id)
        {
            // A probe takes up to its patience; others must not queue behind it.
            _ = AnswerAsync(context);
        }

        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<SessionProbed> context)
    {
        probes.Answered(context.Message);
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(ConsumeContext<SessionProbe> context)
    {
        var alive = await probes.IsAliveHereAsync(context.Message.SessionId);
        try
        {
            await context.Publish(new SessionProbed(context.Message.SessionId, alive), CancellationToken.None);
        }
        catch (Exception e) when (e is MassTransitException or OperationCanceledException or TimeoutException or InvalidOperationException)
        {
            // The asker waits in vain and refuses, which is safe.
        }
    }
}
