namespace TradingSystem.Contracts.Bus;

/// <summary>Trading groups as they are after a change. Published on every change and by each gateway start.</summary>
public sealed record GroupsChanged(IReadOnlyList<GroupConfig> Items);

/// <summary>
/// A trading group's settings; a consumer keeps the one with the highest <c>Version</c>.
/// <c>Hosted</c> groups are run by the trading-group service, the others by a bot on its token. <c>PositionMode</c> is that of <c>AccountId</c>,
/// the account that trades for it, once execution has told which that is.
/// </summary>
public sealed record GroupConfig(
    Guid Id,
    string Name,
    string Market,
    string Symbol,
    string Interval,
    decimal Leverage,
    decimal MarginUsdt,
    string PositionMode,
    bool Active,
    bool Hosted,
    IReadOnlyList<GroupMember> Members,
    long Version,
    Guid? AccountId = null);

/// <summary><c>Provider</c> and <c>Model</c> are names; keys never travel. Role is e.g. group_leader, technical_analyst, risk_analyst.</summary>
public sealed record GroupMember(Guid Id, string Name, string Role, string Provider, string Model, string SystemPrompt);
