using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Body of verify and activate, which may have none.</summary>
/// <param name="SwitchModes">Whether the exchange is to be switched to the account's modes, should it have others.</param>
[BodyTerms(MaxBytes = AccountRules.MaxBody, Quotes = BodyQuotes.Short, MayBeAbsent = true)]
[NoNulls]
public sealed record ModeSwitch(bool? SwitchModes = null)
{
    /// <summary>Its name on the wire, in the bodies of POST and PATCH, too.</summary>
    public const string Field = "switch_modes";

    /// <summary>False where nothing was said.</summary>
    internal static bool Read(RestBody<ModeSwitch> body) => body.Fields.Flag(Field) == true;
}
