using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Settings;

namespace TradingSystem.Execution.Accounts;

/// <summary>A trade account. Money is in USDT; <c>Balance</c> is cash after fees and realised PnL.</summary>
public sealed class Account
{
    public Guid Id { get; init; }

    public long Seq { get; init; }

    public required string Name { get; set; }

    /// <summary>One of <see cref="Exchanges"/>, for ever: orders refer to it.</summary>
    public required string Exchange { get; init; }

    /// <summary>One of <see cref="FillModels"/>, for ever; it means something on the simulated exchange only.</summary>
    public string FillModel { get; init; } = FillModels.Instant;

    /// <summary>One of <see cref="Modes"/>.</summary>
    public required string Mode { get; set; }

    /// <summary>One of <see cref="MarginModes"/>.</summary>
    public string MarginMode { get; set; } = MarginModes.Cross;

    /// <summary>One of <see cref="PositionModes"/>.</summary>
    public string PositionMode { get; set; } = PositionModes.OneWay;

    /// <summary>Decisions for an account that is not are refused.</summary>
    public bool Active { get; set; } = true;

    /// <summary>One of <see cref="CredentialStatuses"/>.</summary>
    public string CredentialStatus { get; set; } = CredentialStatuses.None;

    /// <summary>The last four characters of the API key, null without one.</summary>
    public string? ApiKeyHint { get; set; }

    /// <summary>One of <see cref="LiveConfirmations"/>.</summary>
    public string LiveConfirmation { get; set; } = LiveConfirmations.None;

    public decimal InitialBalance { get; init; }

    public decimal Balance { get; set; }

    /// <summary>Before fees.</summary>
    public decimal RealizedPnl { get; set; }

    public decimal Fees { get; set; }

    /// <summary>
    /// Counts changes of everything that a decision rests on: balance, settings, and which groups are bound. What was decided on another
    /// version is not saved; equity rows say which one they saw.
    /// </summary>
    public long Version { get; set; }

    /// <summary>Counts changes by people, so that one does not overwrite another's.</summary>
    public long Revision { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>No credentials, no live mode, and no exchange but ours.</summary>
    public bool IsSimulated => Exchange == Exchanges.Simulated;

    /// <summary>Decisions are filled in memory, in the transaction that saves them; every other account has a desk.</summary>
    public bool FillsAtOnce => IsSimulated && FillModel == FillModels.Instant;

    /// <summary>A person changed it; what was decided on it until now is decided again.</summary>
    public void Changed(DateTimeOffset now)
    {
        Version++;
        Revision++;
        UpdatedAt = now;
    }
}

/// <summary>Which account trades for a group, and the group's name as last heard. Changing it counts up the version of both accounts.</summary>
public sealed class Binding
{
    public Guid GroupId { get; init; }

    public Guid AccountId { get; set; }

    public required string GroupName { get; init; }

    /// <summary>Version of the group's configuration; 0 while only a decision has named the group.</summary>
    public long GroupVersion { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the group came to this account.</summary>
    public DateTimeOffset BoundAt { get; set; }
}
