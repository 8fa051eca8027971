using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Body of PATCH, checked; what is absent stays. Its credentials are zeroed with it.</summary>
internal sealed record AccountPatch(string? Name, string? Mode, string? MarginMode, string? PositionMode, bool SwitchModes, Credentials? Credentials) : IDisposable
{
    private static readonly string[] Known = ["name", "mode", "margin_mode", "position_mode", "api_key", "api_secret", "passphrase"];
    private static readonly string[] Fixed = ["exchange", "fill_model", "initial_balance"];

    /// <summary>What is wrong with it is in the body's faults; then the patch is not to be used.</summary>
    /// <param name="account">The account as it is now.</param>
    public static AccountPatch Read(RestBody<AccountChange> body, Account account)
    {
        foreach (var field in Fixed.Where(body.Has))
        {
            body.Fail(field, "absent: it never changes", "a value");
        }

        if (body.Has("active"))
        {
            body.Fail("active", "absent: use activate or deactivate", "a value");
        }

        var fields = body.Fields;
        var name = AccountRules.Name(fields, required: false);
        var mode = fields.OneOf("mode", false, Modes.All);
        var margin = fields.OneOf("margin_mode", false, MarginModes.All);
        var position = fields.OneOf("position_mode", false, PositionModes.All);
        if (mode is not null)
        {
            AccountRules.ModeFits(body, account.Exchange, mode);
        }

        AccountRules.PositionModeFits(body, account.Exchange, account.FillModel, position);
        var switchModes = AccountRules.SwitchModes(body, account.Exchange);
        // A sandbox key is no live key, so another mode is another key.
        var credentials = AccountRules.Credentials(body, account.Exchange, required: mode is not null && mode != account.Mode);
        if (!Array.Exists(Known, body.Has))
        {
            body.Fail("$", "at least one field that changes", "none");
        }

        return new(name, mode, margin, position, switchModes, credentials);
    }

    /// <summary>What changed, by name.</summary>
    public string Fields =>
        string.Join(
            ", ",
            new[] { Of("name", Name), Of("mode", Mode), Of("margin_mode", MarginMode), Of("position_mode", PositionMode), Credentials is null ? null : "credentials" }.OfType<string>());

    /// <summary>The account as it is going to be.</summary>
    public AccountSettings Over(Account account) =>
        new(account.Id, account.Exchange, Mode ?? account.Mode, MarginMode ?? account.MarginMode, PositionMode ?? account.PositionMode) { SwitchModes = SwitchModes };

    public bool ChangesModes(Account account) =>
        (Mode ?? account.Mode, MarginMode ?? account.MarginMode, PositionMode ?? account.PositionMode) != (account.Mode, account.MarginMode, account.PositionMode);

    public void Dispose() => Credentials?.Dispose();

    private static string? Of(string name, string? value) => value is null ? null : $"{name} {value}";
}
