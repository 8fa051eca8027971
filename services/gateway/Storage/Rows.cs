namespace TradingSystem.Gateway.Storage;

/// <summary>A trading group. <c>Version</c> grows with every change and is what consumers order by.</summary>
public sealed class GroupRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required string Name { get; set; }

    public required string Market { get; set; }

    public required string Symbol { get; set; }

    public required string Interval { get; set; }

    public required decimal Leverage { get; set; }

    public required decimal MarginUsdt { get; set; }

    /// <summary>That of <see cref="AccountId"/>; before it is known, what the group was made with.</summary>
    public required string PositionMode { get; set; }

    /// <summary>The account that trades for it, as execution last told; null before it did.</summary>
    public Guid? AccountId { get; set; }

    public DateTimeOffset? AccountBoundAt { get; set; }

    /// <summary>Counts the changes of the account's settings.</summary>
    public long AccountRevision { get; set; }

    public required bool Active { get; set; }

    public required bool Hosted { get; set; }

    public required long Version { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public List<MemberRow> Members { get; init; } = [];
}

/// <summary>One voice of a group. Provider and model are names; keys are kept elsewhere.</summary>
public sealed class MemberRow
{
    public required Guid Id { get; init; }

    public Guid GroupId { get; init; }

    public required int Position { get; init; }

    public required string Name { get; init; }

    public required string Role { get; init; }

    public required string Provider { get; init; }

    public required string Model { get; init; }

    public required string SystemPrompt { get; init; }
}

/// <summary>An outside source of immediate events.</summary>
public sealed class TriggerRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required string Name { get; set; }

    public required string ProviderName { get; set; }

    public required string ModelName { get; set; }

    public required bool Active { get; set; }

    /// <summary>When it connected or sent last. This and what follows is written once in a while: what a node knows since is its own.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    public DateTimeOffset? LastFrameAt { get; init; }

    public Guid? LastEventId { get; init; }

    public string? LastEventTitle { get; init; }

    public DateTimeOffset? LastEventAt { get; init; }

    /// <summary>What its last frame that was refused was answered.</summary>
    public string? LastErrorCode { get; init; }

    public string? LastErrorMessage { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A token of a group or trigger. Only its SHA-256 is kept: 256 random bits need no salt.</summary>
public sealed class TokenRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    /// <summary><see cref="OwnerKinds"/>.</summary>
    public required string OwnerKind { get; init; }

    public required Guid OwnerId { get; init; }

    public required byte[] Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Who has a token. <c>Epoch</c> grows with every holder and never goes back.</summary>
public sealed class LeaseRow
{
    public required Guid TokenId { get; init; }

    public required long Epoch { get; init; }

    public required Guid NodeId { get; init; }

    /// <summary>Null when it was given back.</summary>
    public Guid? SessionId { get; init; }
}

/// <summary>A gateway process; it says twice a second that it lives.</summary>
public sealed class NodeRow
{
    public required Guid Id { get; init; }

    public required DateTimeOffset SeenAt { get; init; }
}

/// <summary>Lets one connection in with its token, once and soon, without showing the token. Only its SHA-256 is kept.</summary>
public sealed class TicketRow
{
    public required byte[] Hash { get; init; }

    public required Guid TokenId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
