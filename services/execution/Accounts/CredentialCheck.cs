using TradingSystem.Execution.Accounts.Secrets;

namespace TradingSystem.Execution.Accounts;

/// <summary>What of an account its credentials are checked for; the words are those of <see cref="Account"/>.</summary>
public sealed record AccountSettings(Guid Id, string Exchange, string Mode, string MarginMode, string PositionMode)
{
    /// <summary>A person has confirmed that the exchange be switched to these modes.</summary>
    public bool SwitchModes { get; init; }
}

/// <summary>
/// Asks a venue whether it takes an account's credentials and has its modes, by reading; nothing is changed there but modes of which a person has
/// confirmed it.
/// </summary>
public interface ICredentialCheck
{
    /// <summary>Throws for <paramref name="cancellationToken"/> only; has a deadline of its own.</summary>
    Task<CredentialVerdict> CheckAsync(AccountSettings account, Credentials credentials, CancellationToken cancellationToken);
}

/// <summary>What came of it. No text in it contains a credential.</summary>
public abstract record CredentialVerdict
{
    private CredentialVerdict()
    {
    }

    /// <param name="Warning">What a person should know although the venue took them; null for nothing.</param>
    public sealed record Verified(string? Warning = null) : CredentialVerdict;

    /// <summary>The venue answered no. <c>Meaning</c> is ours in snake_case, <c>VenueCode</c> and <c>Message</c> are the venue's.</summary>
    public sealed record Refused(string Meaning, string VenueCode, string Message) : CredentialVerdict;

    /// <summary>The credentials are good, and the account is set up otherwise at the venue than here.</summary>
    /// <param name="Field"><c>position_mode</c> or <c>margin_mode</c>.</param>
    /// <param name="Why">Why a switch that was asked for was not made, in the venue's words; null when none was asked for.</param>
    public sealed record ModesDiffer(string Field, string There, string Here, string? Why = null) : CredentialVerdict;

    /// <summary>The venue did not answer, or not with a yes or a no.</summary>
    public sealed record Unreachable(string Why) : CredentialVerdict;
}
