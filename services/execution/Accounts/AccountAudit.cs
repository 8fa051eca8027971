using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>One step that somebody took with an account. Rows stay when the account goes.</summary>
public sealed class AccountAuditRow
{
    public long Seq { get; init; }

    public Guid AccountId { get; init; }

    public required string AccountName { get; init; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>The person's name, or <c>operator</c> for a command on the machine.</summary>
    public required string Actor { get; init; }

    /// <summary>What changed, never a secret.</summary>
    public string? Detail { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

public static class AuditActions
{
    public const string Created = "created";
    public const string Changed = "changed";
    public const string CredentialsChanged = "credentials_changed";
    public const string CredentialsVerified = "credentials_verified";
    public const string CredentialsRefused = "credentials_refused";
    public const string ModesDiffer = "modes_differ";
    public const string Activated = "activated";
    public const string Deactivated = "deactivated";
    public const string LiveRequested = "live_requested";
    public const string LiveConfirmed = "live_confirmed";
    public const string LiveRefused = "live_refused";
    public const string GroupBound = "group_bound";
    public const string GroupReleased = "group_released";
    public const string Deleted = "deleted";
    public const string KeyRewrapped = "key_rewrapped";
}

public static class AccountAudit
{
    /// <summary>Saved with the change that it tells of, or not at all.</summary>
    public static void Audit(this ExecutionDb db, Account account, string action, string actor, DateTimeOffset now, string? detail = null) =>
        db.AccountAudit.Add(new AccountAuditRow { AccountId = account.Id, AccountName = account.Name, Action = action, Actor = actor, Detail = detail, CreatedAt = now });
}
