using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Settings;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>A trade account. Money in USDT, valued at the latest prices this node has seen, else at the positions' entries.</summary>
/// <param name="FillModel">How a simulated account is filled: at once at the market, or on the simulated exchange; null on a real exchange.</param>
/// <param name="Mode">Whose money: nobody's, the venue's play money, or real.</param>
/// <param name="HasSecret">Whether credentials are saved.</param>
/// <param name="ApiKeyHint">The key's last four characters; nothing else of the credentials is ever shown.</param>
/// <param name="CredentialStatus">Whether the exchange took the credentials.</param>
/// <param name="LiveConfirmation">none while it is not live, pending until confirm-live, then confirmed.</param>
/// <param name="GroupId">The first bound group; null without one.</param>
/// <param name="GroupName">Its name.</param>
/// <param name="Groups">Every group that trades on it.</param>
/// <param name="Balance">USDT, without what is open.</param>
/// <param name="Equity">USDT, with what is open.</param>
public sealed record AccountView(
    Guid Id,
    string Name,
    [property: Words(typeof(Exchanges))] string Exchange,
    [property: Words(typeof(FillModels))] string? FillModel,
    [property: Words(typeof(Modes))] string Mode,
    [property: Words(typeof(MarginModes))] string MarginMode,
    [property: Words(typeof(PositionModes))] string PositionMode,
    bool Active,
    bool HasSecret,
    string? ApiKeyHint,
    [property: Words(typeof(CredentialStatuses))] string CredentialStatus,
    [property: Words(typeof(LiveConfirmations))] string LiveConfirmation,
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

    /// <summary>
    /// What a person has to resolve at the exchange or here before new entries are taken, such as another position mode there; null when there is
    /// nothing.
    /// </summary>
    public string? Problem { get; init; }
}

/// <summary>A group that trades on the account.</summary>
public sealed record BoundGroup(Guid Id, string Name);

/// <summary>To be given to <c>confirm-live</c> with the account's name before <c>ExpiresAt</c>.</summary>
/// <param name="Code">The code; shown in this answer alone.</param>
public sealed record LiveCodeView(string Code, DateTimeOffset ExpiresAt);

/// <summary>Body of POST.</summary>
/// <param name="Name">Unique among accounts on exchanges.</param>
/// <param name="FillModel">Only on the simulated exchange, never changed later; instant where it is left out.</param>
/// <param name="Mode">Required except on the simulated exchange.</param>
/// <param name="MarginMode">isolated where it is left out, cross on the simulated exchange.</param>
/// <param name="PositionMode">oneway where it is left out.</param>
/// <param name="ApiKey">Required except on the simulated exchange; never shown again.</param>
/// <param name="ApiSecret">Required except on the simulated exchange; never shown.</param>
/// <param name="Passphrase">Where the exchange's keys have one; never shown.</param>
/// <param name="Active">Whether it is traded on at once; not for a live account, which becomes active by its confirmation.</param>
/// <param name="InitialBalance">USDT, above 0, of a simulated account; 1000000 where it is left out (<c>EXECUTION__INITIALBALANCE</c>).</param>
/// <param name="SwitchModes">Has the exchange switched to the modes given here, should it have others.</param>
[BodyTerms(MaxBytes = AccountRules.MaxBody, Quotes = BodyQuotes.Short)]
[NoNulls]
public sealed record NewAccount(
    string Name,
    [property: Words(typeof(Exchanges))] string Exchange,
    [property: Words(typeof(FillModels))] string? FillModel = null,
    [property: Words(typeof(Modes))] string? Mode = null,
    [property: Words(typeof(MarginModes))] string? MarginMode = null,
    [property: Words(typeof(PositionModes))] string? PositionMode = null,
    string? ApiKey = null,
    string? ApiSecret = null,
    string? Passphrase = null,
    bool? Active = null,
    decimal? InitialBalance = null,
    bool? SwitchModes = null);

/// <summary>Body of PATCH; what is absent stays. Credentials are given together and never shown.</summary>
/// <param name="Name">Unique among accounts on exchanges.</param>
/// <param name="Mode">Another mode needs other credentials; live needs its confirmation.</param>
/// <param name="ApiKey">Never shown again.</param>
/// <param name="ApiSecret">Never shown.</param>
/// <param name="Passphrase">Where the exchange's keys have one; never shown.</param>
/// <param name="SwitchModes">Has the exchange switched to the modes given here, should it have others.</param>
[BodyTerms(MaxBytes = AccountRules.MaxBody, Quotes = BodyQuotes.Short, Refused = ["exchange", "fill_model", "initial_balance", "active"])]
[NoNulls]
public sealed record AccountChange(
    string? Name = null,
    [property: Words(typeof(Modes))] string? Mode = null,
    [property: Words(typeof(MarginModes))] string? MarginMode = null,
    [property: Words(typeof(PositionModes))] string? PositionMode = null,
    string? ApiKey = null,
    string? ApiSecret = null,
    string? Passphrase = null,
    bool? SwitchModes = null);

/// <summary>Body of confirm-live.</summary>
/// <param name="Name">The account's name, typed again.</param>
/// <param name="Code">The code that asking for live answered.</param>
[BodyTerms(MaxBytes = AccountRules.MaxBody, Quotes = BodyQuotes.Short)]
[NoNulls]
public sealed record LiveConfirm(string Name, string Code);

/// <summary>One step that somebody took with an account.</summary>
public sealed record AuditView(Guid AccountId, string AccountName, string Action, string Actor, string? Detail, DateTimeOffset CreatedAt);
