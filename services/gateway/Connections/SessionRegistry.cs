using System.Collections.Concurrent;
using System.Collections.Immutable;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Connections;

/// <summary>The live sockets of this node.</summary>
public sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<Guid, Session> _byId = new();
    private readonly ConcurrentDictionary<Guid, bool> _opening = new();
    private readonly ConcurrentDictionary<Guid, Session> _byToken = new();
    private readonly ConcurrentDictionary<Guid, ImmutableArray<Session>> _byOwner = new();

    public bool IsDraining { get; private set; }

    public IEnumerable<Session> All => _byId.Values;

    /// <summary>Sessions that have or are about to have a token, entered or not.</summary>
    public IReadOnlyList<Guid> Present
    {
        get
        {
            // In this order: a session enters before it stops opening, so one that is on its way is seen at least once.
            var opening = _opening.Keys;
            return [.. opening, .. _byId.Keys];
        }
    }

    /// <summary>Before a token is claimed: whoever asks after this session meanwhile must not take it for dead.</summary>
    public void Opening(Guid sessionId) => _opening[sessionId] = true;

    public void Opened(Guid sessionId) => _opening.TryRemove(sessionId, out _);

    public bool IsOpening(Guid sessionId) => _opening.ContainsKey(sessionId);

    public Session? Find(Guid sessionId) => _byId.GetValueOrDefault(sessionId);

    public int Count(Guid ownerId) => _byOwner.TryGetValue(ownerId, out var held) ? held.Length : 0;

    /// <summary>From here on the session is woken for its group's frames.</summary>
    public void Enter(Session session)
    {
        _byId[session.Id] = session;
        _byToken[session.Identity.TokenId] = session;
        _byOwner.AddOrUpdate(session.Identity.OwnerId, [session], (_, held) => held.Add(session));
    }

    public void Leave(Session session)
    {
        _byId.TryRemove(session.Id, out _);
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

    public void CloseToken(Guid tokenId, CloseReason reason)
    {
        if (_byToken.TryGetValue(tokenId, out var session))
        {
            session.Close(reason);
        }
    }

    /// <summary>The group's feed has something new.</summary>
    public void Wake(Guid groupId)
    {
        if (_byOwner.TryGetValue(groupId, out var held))
        {
            foreach (var session in held)
            {
                session.Wake();
            }
        }
    }

    /// <summary>Its sessions are told, and whether the group was changed or the account that trades for it.</summary>
    public void ConfigChanged(GroupConfig before, GroupConfig group)
    {
        var reason = before.PositionMode != group.PositionMode || before.AccountId != group.AccountId ? Acks.AccountChanged : Acks.GroupChanged;
        if (_byOwner.TryGetValue(group.Id, out var held))
        {
            foreach (var session in held.Where(s => s.Features.Config))
            {
                session.Send(Acks.ConfigUpdate(session, group, reason));
            }

            if (before.Symbol != group.Symbol || before.Interval != group.Interval)
            {
                foreach (var session in held)
                {
                    session.Turn(group.Symbol, group.Interval);
                }
            }
        }
    }

    public IReadOnlyList<Session> BeginDrain()
    {
        IsDraining = true;
        return [.. _byId.Values];
    }
}
