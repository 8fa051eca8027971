namespace TradingSystem.Contracts.Bus;

/// <summary>
/// What a gateway node tells the others twice a second: the groups whose sessions it opened and closed since, or all it has when
/// <c>Full</c>. An owner appears once per session. Not durable: a full report follows every few seconds.
/// </summary>
public sealed record NodeReport(Guid NodeId, bool Full, IReadOnlyList<Guid> Opened, IReadOnlyList<Guid> Closed);

/// <summary>Asks the node that holds <c>SessionId</c> whether its peer still answers. Not durable.</summary>
public sealed record SessionProbe(Guid SessionId, Guid NodeId);

/// <summary>The holder's answer; a session it found dead has already given its token back.</summary>
public sealed record SessionProbed(Guid SessionId, bool Alive);
