namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>What the first frame of a trading group's connection tells it.</summary>
public sealed record GroupAck(
    string ClientId, Guid SessionId, Guid GroupId, string GroupName, string Market, string Symbol, string Interval, decimal Leverage,
    decimal MarginUsdt, string PositionMode, IReadOnlyList<MemberAck> Members);

/// <summary>A member as the group itself sees it; provider keys are never part of it.</summary>
public sealed record MemberAck(Guid Id, string Name, string Role, string Provider, string Model, string SystemPrompt);

/// <summary>The same for a trigger; <c>Targets</c> are the names of all active groups.</summary>
public sealed record TriggerAck(string ClientId, Guid SessionId, string TriggerName, string ProviderName, string ModelName, IReadOnlyList<string> Targets);

/// <summary>What was agreed for one connection.</summary>
public sealed record SessionTerms(Dialect Dialect, IReadOnlyList<string> Features, SessionLimits Limits);

/// <summary>What a client has to stay within, and how much history is held for it.</summary>
public sealed record SessionLimits(int MaxFrameBytes, int MaxUnanswered, int OutboundQueueBytes, int FramesPerSecond, int FrameBurst, int HistoryFrames, int HistoryHours);
