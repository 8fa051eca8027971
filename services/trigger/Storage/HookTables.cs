namespace TradingSystem.Trigger.Storage;

/// <summary>A webhook as it is now.</summary>
public sealed class HookRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required string Name { get; set; }

    /// <summary>Grows by one with every change, its secret's too, from 1.</summary>
    public required int Version { get; set; }

    /// <summary>JSON, as REST takes it.</summary>
    public required string Document { get; set; }

    /// <summary>SHA-256 of the secret.</summary>
    public required byte[] SecretHash { get; set; }

    /// <summary>Grows by one whenever it gets another secret, from 1.</summary>
    public required int SecretVersion { get; set; }

    /// <summary>Who changed it last.</summary>
    public required string Actor { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; set; }

    /// <summary>Null while it is there.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>What came to a webhook, kept before the answer. A repetition is none of its own.</summary>
public sealed class HookDeliveryRow
{
    /// <summary>The event's, where it became one.</summary>
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required Guid HookId { get; init; }

    /// <summary>The hook's at that time.</summary>
    public required int Version { get; init; }

    /// <summary>What its template made of it; null where the hook has none, or it was refused.</summary>
    public required string? Key { get; init; }

    /// <summary>SHA-256 of <see cref="Body"/>.</summary>
    public required byte[] BodyHash { get; init; }

    /// <summary>The bytes as they came, but for the secret.</summary>
    public required byte[] Body { get; init; }

    /// <summary>JSON of the event, so that it can be sent again as it was; null where it was refused.</summary>
    public required string? Event { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>One of <see cref="DeliveryOutcomes"/>; null while its event is not known to be durable.</summary>
    public required string? Outcome { get; init; }

    /// <summary>JSON: what was wrong with it where it was refused.</summary>
    public required string? Reason { get; init; }
}

/// <summary>A silence that was longer than a hook's alerts are apart.</summary>
public sealed class HookSilenceRow
{
    public required Guid HookId { get; init; }

    /// <summary>Its last alert, or when it was changed last.</summary>
    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset FoundAt { get; init; }

    /// <summary>When the log of it was durable; null before.</summary>
    public required DateTimeOffset? ToldAt { get; init; }
}

/// <summary>What became of what came to a webhook.</summary>
public static class DeliveryOutcomes
{
    /// <summary>Its event is kept and sent, or held back.</summary>
    public const string Published = "published";

    /// <summary>It was not made an event, and the sender was told so.</summary>
    public const string Refused = "refused";

    /// <summary>Of before 2026-12: the bus was away and the sender was told to send it again; it counts as never come.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>Nobody could decide about it for so long that it is too old.</summary>
    public const string GivenUp = "given_up";

    /// <summary>Not decided about yet; it is asked about again until it is. Only shown, never kept.</summary>
    public const string Waiting = "waiting";

    public static readonly IReadOnlyList<string> All = [Published, Refused, Withdrawn, GivenUp, Waiting];
}
