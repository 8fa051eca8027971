namespace TradingSystem.Execution.Accounts;

/// <summary>
/// Money in USDT, valued at the latest prices this node has seen, else at the positions' entries. <c>GroupId</c> and <c>GroupName</c>
/// are the first bound group, null without one. <c>FillModel</c> is null but on the simulated exchange. Of the credentials only <c>ApiKeyHint</c>, the key's last four characters, is ever shown.
/// </summary>
public sealed record AccountView(
    Guid Id,
    string Name,
    string Exchange,
    string? FillModel,
    string Mode,
    string MarginMode,
    string PositionMode,
    bool Active,
    bool HasSecret,
    string? ApiKeyHint,
    string CredentialStatus,
    string LiveConfirmation,
    Guid? GroupId,
    string? GroupName,
    IReadOnlyList<BoundGroup> Groups,
    decimal Balance,
    decimal Equity,
    decimal RealizedPnl,
    decimal UnrealizedPnl,
    DateTimeOffset CreatedAt)
{
    /// <summary>Only in the answer to the request that asked for live; it is shown nowhere else and never again.</summary>
    public LiveCodeView? LiveCode { get; init; }

    /// <summary>What a person has to resolve at the exchange or here before new entries are taken, such as another position mode there; null when there is nothing.</summary>
    public string? Problem { get; init; }
}

/// <summary>A group that trades on the account.</summary>
public sealed record BoundGroup(Guid Id, string Name);

/// <summary>To be given to <c>confirm-live</c> with the account's name before <c>ExpiresAt</c>.</summary>
public sealed record LiveCodeView(string Code, DateTimeOffset ExpiresAt);

/// <summary>
/// Body of POST. <c>Mode</c> is required except on the simulated exchange, which alone has a <c>FillModel</c> (<c>instant</c> or
/// <c>exchange</c>, never changed later); <c>Passphrase</c> is OKX's alone. <c>SwitchModes</c> has the exchange switched to the modes given here, should it have others.
/// </summary>
public sealed record NewAccount(
    string Name, string Exchange, string? FillModel, string? Mode, string? MarginMode, string? PositionMode, string? ApiKey, string? ApiSecret, string? Passphrase, bool? Active, decimal? InitialBalance, bool? SwitchModes = null);

/// <summary>Body of PATCH; what is absent stays. Credentials are given together and never shown.</summary>
public sealed record AccountChange(string? Name, string? Mode, string? MarginMode, string? PositionMode, string? ApiKey, string? ApiSecret, string? Passphrase, bool? SwitchModes = null);

/// <summary>Body of confirm-live: the account's name, typed again, and the code that asking for live answered.</summary>
public sealed record LiveConfirm(string Name, string Code);

/// <summary>One step that somebody took with an account.</summary>
public sealed record AuditView(Guid AccountId, string AccountName, string Action, string Actor, string? Detail, DateTimeOffset CreatedAt);
