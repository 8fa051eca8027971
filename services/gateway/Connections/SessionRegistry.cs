using System.Collections.Concurrent;
using System.Collections.Immutable;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Groups;

namespace TradingSystem.Gateway.Connections;

/// <summary>The live sockets of this node: one per token, and all of a group's.</summary>
public sealed class SessionRegistry(GroupDirectory directory)
{
    private readonly ConcurrentDictionary<Guid, Session> _byToken = new();
    private readonly ConcurrentDictionary<Guid, ImmutableArray<Session>> _byOwner = new();

    public bool IsDraining { get; private set; }

    public IEnumerable<Session> All => _byToken.Values;

    public bool IsConnected(Guid ownerId) => _byOwner.ContainsKey(ownerId);

    /// <summary>Takes the token for <paramref name="session"/>. A dead holder is put out; false if a living one stays.</summary>
    public async Task<bool> ClaimAsync(Session session)
    {
        var token = session.Identity.TokenId;
        while (!_byToken.TryAdd(token, session))
        {
            if (!_byToken.TryGetValue(token, out var holder))
            {
                continue;
            }

            if (await holder.IsAliveAsync())
            {
                return false;
            }

            holder.Abort();
            Leave(holder);
        }

        return true;
    }

    /// <summary>From here on the session is pushed to; its ack must be queued before.</summary>
    public void Enter(Session session) =>
        _byOwner.AddOrUpdate(session.Identity.OwnerId, [session], (_, held) => held.Add(session));

    public void Leave(Session session)
    {
        _byToken.TryRemove(KeyValuePair.Create(session.Identity.TokenId, session));
        var owner = session.Identity.OwnerId;
        while (_byOwner.TryGetValue(owner, out var held))
        {
            var rest = held.Remove(session);
            var done = rest.IsEmpty
                ? _byOwner.TryRemove(KeyValuePair.Create(owner, held))
                : _byOwner.TryUpdate(owner, rest, held);
            if (done)
            {
                return;
            }
        }
    }

    public void Close(Guid tokenId, CloseReason reason)
    {
        if (_byToken.TryGetValue(tokenId, out var session))
        {
            session.Close(reason);
        }
    }

    /// <summary>Connected sessions of active groups that <paramref name="targets"/> address.</summary>
    public List<Session> Targeted(IReadOnlyList<string> targets)
    {
        var sessions = new List<Session>();
        foreach (var (owner, held) in _byOwner)
        {
            if (held[0].Identity.IsGroup
                && directory.Group(owner) is { Active: true } group
                && TargetSelector.Matches(targets, group.Name, group.Market, group.Symbol))
            {
                sessions.AddRange(held);
            }
        }

        return sessions;
    }

    public IReadOnlyList<Session> BeginDrain()
    {
        IsDraining = true;
        return [.. _byToken.Values];
    }
}
