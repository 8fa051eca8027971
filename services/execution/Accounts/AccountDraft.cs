using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Execution.Settings;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Body of POST, checked. Its credentials are zeroed with it.</summary>
internal sealed record AccountDraft(
    string Name, string Exchange, string FillModel, string Mode, string MarginMode, string PositionMode, bool? Active, decimal? InitialBalance, bool SwitchModes, Credentials? Credentials) : IDisposable
{
    /// <summary>What is wrong with it is in the body's faults; then the draft is not to be used.</summary>
    public static AccountDraft Read(RestBody<NewAccount> body)
    {
        var fields = body.Fields;
        var name = AccountRules.Name(fields, required: true);
        var exchange = fields.OneOf("exchange", true, Exchanges.All);
        var simulated = exchange == Exchanges.Simulated;
        var fillModel = fields.OneOf("fill_model", false, FillModels.All);
        var mode = fields.OneOf("mode", exchange is not null && !simulated, Modes.All) ?? Modes.Simulated;
        var margin = fields.OneOf("margin_mode", false, MarginModes.All);
        var position = fields.OneOf("position_mode", false, PositionModes.All);
        var active = fields.Flag("active");
        var switchModes = AccountRules.SwitchModes(body, exchange);
        var balance = fields.Amount("initial_balance", 0m, AccountRules.MostBalance);
        Credentials? credentials = null;
        if (exchange is not null)
        {
            AccountRules.ModeFits(body, exchange, mode);
            AccountRules.FillModelFits(body, exchange, fillModel);
            AccountRules.PositionModeFits(body, exchange, fillModel ?? FillModels.Instant, position);
            credentials = AccountRules.Credentials(body, exchange, required: true);
        }

        if (balance is not null && (exchange is not null && !simulated))
        {
            fields.Fail("initial_balance", "absent: the venue knows the balance");
        }
        else if (balance == 0m)
        {
            fields.Fail("initial_balance", "greater than 0", "0");
        }

        if (active == true && mode == Modes.Live)
        {
            fields.Fail("active", "absent or false: a live account becomes active by its confirmation", "true");
        }

        return new(
            name!, exchange!, fillModel ?? FillModels.Instant, mode, margin ?? (simulated ? MarginModes.Cross : MarginModes.Isolated),
            position ?? PositionModes.OneWay, active, balance,
            switchModes, credentials);
    }

    public void Dispose() => Credentials?.Dispose();
}
