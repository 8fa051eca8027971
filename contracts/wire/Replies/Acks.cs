namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>What the first frame of a trading group's connection tells it.</summary>
public sealed record GroupAck(string ClientId, Guid SessionId, Guid GroupId, string GroupName, string Market, string Symbol, string Interval, decimal Leverage, decimal MarginUsdt, string PositionMode, IReadOnlyList<MemberAck> Members);

/// <summary>A member as the group itself sees it; provider keys are never part of it.</summary>
public sealed record MemberAck(Guid Id, string Name, string Role, string Provider, string Model, string SystemPrompt);

/// <summary>The same for a trigger; <c>Targets</c> are the names of all active groups.</summary>
public sealed record TriggerAck(string ClientId, Guid SessionId, string TriggerName, string ProviderName, string ModelName, IReadOnlyList<string> Targets);

/// <summary>An event on its way to the groups it targets.</summary>
public sealed record ImmediatePush(Guid Id, string SourceId, int Priority, IReadOnlyList<string> Targets, string Title, string Payload, IReadOnlyList<string> Tags, DateTimeOffset CreatedAt);
