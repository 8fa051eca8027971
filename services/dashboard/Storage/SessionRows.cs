namespace TradingSystem.Dashboard.Storage;

/// <summary>
/// One sign-in, for as long as it lasts. <c>TokenHash</c> is the SHA-256 of the refresh token that is good now, <c>PreviousHash</c> of the one before it.
/// A session that was ended keeps its row until it would have expired, to say why.
/// </summary>
public sealed class Session
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public required byte[] TokenHash { get; set; }

    public byte[]? PreviousHash { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When <c>TokenHash</c> was made.</summary>
    public DateTimeOffset RotatedAt { get; set; }

    public DateTimeOffset LastUsedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>A word of <see cref="Hosting.Sessions.SessionEnds"/>; null while it lasts.</summary>
    public string? EndReason { get; set; }

    public required string Address { get; init; }
}

/// <summary>Opens one hub connection of its session. <c>Hash</c> is the SHA-256 of the ticket.</summary>
public sealed class HubTicket
{
    public required byte[] Hash { get; init; }

    public Guid SessionId { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>As <see cref="Hosting.Sessions.RevokedToken"/>; kept until such a token has ended by itself.</summary>
public sealed class Revocation
{
    public long Id { get; init; }

    public Guid? SessionId { get; init; }

    public Guid? UserId { get; init; }

    public long Generation { get; init; }

    public required string Reason { get; init; }

    public DateTimeOffset Until { get; init; }
}
