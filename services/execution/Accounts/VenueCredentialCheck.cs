using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;

namespace TradingSystem.Execution.Accounts;

/// <summary>Asks the account's own exchange, in the account's own environment.</summary>
public sealed class VenueCredentialCheck(VenueRegistry venues, TimeProvider time) : ICredentialCheck
{
    // Below the 15 s that the front waits for an answer.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public async Task<CredentialVerdict> CheckAsync(AccountSettings account, Credentials credentials, CancellationToken cancellationToken)
    {
        if (VenueList.Find(account.Exchange) is null)
        {
            return new CredentialVerdict.Unreachable($"{account.Exchange} cannot be reached by this version");
        }

        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await using var venue = venues.Create(Describe(account, credentials));
            var reply = await venue.CheckCredentialsAsync(either.Token);
            var verdict = Verdict(reply, credentials);
            return verdict is CredentialVerdict.Verified verified
                ? await CompareAsync(venue, new(reply.Value!.PositionMode, reply.Value.MarginMode), account, verified, credentials, either.Token)
                : verdict;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CredentialVerdict.Unreachable("timeout");
        }
        catch (ArgumentException e)
        {
            // Such as an address in the settings that keys must not go to.
            return new CredentialVerdict.Unreachable(credentials.Hide(e.Message));
        }
    }

    /// <summary>The adapter wants strings, which nothing can zero; they live as long as the check.</summary>
    internal static VenueAccount Describe(AccountSettings account, Credentials credentials) => new(
        account.Id,
        account.Exchange,
        account.Mode == Modes.Live ? VenueEnvironment.Live : VenueEnvironment.Sandbox,
        new VenueCredentials(Text(credentials.ApiKey), Text(credentials.Secret), credentials.HasPassphrase ? Text(credentials.Passphrase) : null),
        account.MarginMode == MarginModes.Isolated ? MarginMode.Isolated : MarginMode.Cross,
        account.PositionMode == PositionModes.Hedge ? PositionMode.Hedge : PositionMode.OneWay);

    private static async Task<CredentialVerdict> CompareAsync(
        IVenue venue, VenueModes modes, AccountSettings account, CredentialVerdict.Verified verified, Credentials credentials, CancellationToken cancellationToken)
    {
        if (Differs(modes, venue.Account) is not { } differs)
        {
            return verified;
        }

        if (!account.SwitchModes)
        {
            return differs;
        }

        var switched = await venue.SwitchModesAsync(cancellationToken);
        if (switched.Refusal is { } refusal)
        {
            return differs with { Why = credentials.Hide($"{refusal.Code} {refusal.Message}") };
        }

        // What it is now is read, not believed: a switch may have an unknown outcome, too.
        var after = await venue.ModesAsync(null, cancellationToken);
        return after.Value is not { } now ? new CredentialVerdict.Unreachable(
            credentials.Hide($"whether the modes were switched is unknown: {after.Refusal?.Message ?? after.Why}"))
            : Differs(now, venue.Account) is { } still ? still with { Why = credentials.Hide(switched.Why ?? "it says that it has, and has not") }
            : new CredentialVerdict.Verified(
                string.Join("; ", new[] { verified.Warning, $"{differs.Field} switched from {differs.There} to {differs.Here} at the venue" }.OfType<string>()));
    }

    private static CredentialVerdict.ModesDiffer? Differs(VenueModes modes, VenueAccount account) =>
        modes.PositionMode is { } position && position != account.PositionMode ? new("position_mode", VenueModes.Word(position), VenueModes.Word(account.PositionMode))
        : modes.MarginMode is { } margin && margin != account.MarginMode ? new("margin_mode", VenueModes.Word(margin), VenueModes.Word(account.MarginMode))
        : null;

    private static CredentialVerdict Verdict(VenueReply<CredentialCheck> reply, Credentials credentials)
    {
        if (reply.IsUnknown)
        {
            return new CredentialVerdict.Unreachable(credentials.Hide(reply.Why));
        }

        if (reply.Refusal is { } refusal)
        {
            var message = credentials.Hide(refusal.Message);
            // These say nothing about the key.
            return refusal.Meaning is RefusalMeaning.RateLimited or RefusalMeaning.Busy or RefusalMeaning.Clock
                ? new CredentialVerdict.Unreachable($"{refusal.Code} {message}")
                : new CredentialVerdict.Refused(JsonNamingPolicy.SnakeCaseLower.ConvertName(refusal.Meaning.ToString()), refusal.Code, message);
        }

        var check = reply.Value!;
        return !check.CanTrade ? new CredentialVerdict.Refused("permission_or_key", "", credentials.Hide(check.Problem ?? "The key may not trade."))
            : check.Problem is { } problem ? new CredentialVerdict.Refused("configuration", "", credentials.Hide(problem))
            : new CredentialVerdict.Verified(check.CanWithdraw == true ? "the venue does not rule out withdrawals with this key" : null);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
