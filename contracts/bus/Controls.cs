namespace TradingSystem.Contracts.Bus;

/// <summary>
/// What execution lets trade, told on every change and every two seconds. <c>Full</c> names every scope that is not as it was
/// created: what is not in it trades freely. Not durable: execution itself holds to its tables whatever others have heard.
/// </summary>
public sealed record ControlStates(bool Full, long Generation, IReadOnlyList<ControlState> Items);

/// <summary>
/// <c>Scope</c> is system, account or group; <c>Groups</c> are those it is in force for, empty for the system, which means all.
/// <c>State</c> is ACTIVE, REDUCING or HALTED, <c>Mode</c> running, paused or stopped. The strictest of all scopes counts.
/// </summary>
public sealed record ControlState(
    string Scope,
    Guid ScopeId,
    IReadOnlyList<Guid> Groups,
    string State,
    string Mode,
    string? Reason,
    string ChangedBy,
    DateTimeOffset ChangedAt,
    long Version);

/// <summary>
/// Asks the gateway to raise the epoch of every token of the groups (of all groups when <c>All</c>) and to end their sessions, so that
/// nothing that was sent before can count after. Answered with <see cref="TokensFenced"/> of the same <c>CommandId</c>.
/// </summary>
public sealed record FenceTokens(Guid CommandId, bool All, IReadOnlyList<Guid> GroupIds);

/// <summary>The tokens' new epochs. Execution refuses what is lower; each gateway node ends the sessions that are its own.</summary>
public sealed record TokensFenced(Guid CommandId, IReadOnlyList<FencedToken> Tokens);

/// <summary><c>SessionId</c> is the session that had the token, null where none had.</summary>
public sealed record FencedToken(Guid TokenId, Guid GroupId, long Epoch, Guid? SessionId);
