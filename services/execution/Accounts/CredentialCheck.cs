using TradingSystem.Execution.Secrets;

namespace TradingSystem.Execution.Accounts;

/// <summary>What of an account its credentials are checked for; the words are those of <see cref="Account"/>.</summary>
public sealed record AccountSettings(Guid Id, string Exchange, string Mode, string MarginMode, string PositionMode);

/// <summary>Asks a venue whether it takes an account's credentials, by reading; nothing is changed there.</summary>
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

    /// <summary>The venue did not answer, or not with a yes or a no.</summary>
    public sealed record Unreachable(string Why) : CredentialVerdict;
}
