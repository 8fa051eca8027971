using TradingSystem.Execution.Limits;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>Body of pause, resume, stop and close-all.</summary>
/// <param name="Scope">What it is about.</param>
/// <param name="Reason">What the person says about it, 1 to 500 characters; kept in the audit.</param>
/// <param name="Id">The account or group; left out for the system.</param>
[NoNulls(nameof(Id))]
public sealed record ScopeBody([property: Words(typeof(ControlWords), nameof(ControlWords.Scopes))] string Scope, string Reason, Guid? Id = null);

/// <summary>Body of state.</summary>
/// <param name="Scope">What it is about.</param>
/// <param name="Reason">What the person says about it, 1 to 500 characters; kept in the audit.</param>
/// <param name="State">ACTIVE trades, REDUCING only makes positions smaller, HALTED does nothing.</param>
/// <param name="Id">The account or group; left out for the system.</param>
[NoNulls(nameof(Id))]
public sealed record StateBody(
    [property: Words(typeof(ControlWords), nameof(ControlWords.Scopes))] string Scope,
    string Reason,
    [property: Words(typeof(ControlWords), nameof(ControlWords.States))] string State,
    Guid? Id = null);

/// <summary>Body of kill.</summary>
/// <param name="Scope">What is killed.</param>
/// <param name="Reason">What the person says about it, 1 to 500 characters; kept in the audit.</param>
/// <param name="Id">The account or group; left out for the system.</param>
/// <param name="Flatten">Whether positions are closed, too; false where it is left out.</param>
[NoNulls(nameof(Id))]
public sealed record KillBody([property: Words(typeof(ControlWords), nameof(ControlWords.Scopes))] string Scope, string Reason, Guid? Id = null, bool? Flatten = null);

/// <summary>Body of a dead-man's switch.</summary>
/// <param name="Action">What is done when the bot has had no session for so long: nothing, new decisions paused, open orders cancelled as well,
/// positions closed as well.</param>
/// <param name="AfterS">Seconds without a session, 1 to 86400; may be left out for none.</param>
/// <param name="Reason">What the person says about it, at most 500 characters.</param>
[NoNulls(nameof(AfterS), nameof(Reason))]
public sealed record DeadManBody([property: Words(typeof(DeadManActions))] string Action, int? AfterS = null, string? Reason = null);
