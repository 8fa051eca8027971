using System.Text.RegularExpressions;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Execution.Settings;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Rules that creating and changing share.</summary>
internal static partial class AccountRules
{
    /// <summary>Bytes of a body in which keys may stand.</summary>
    public const int MaxBody = 16 * 1024;

    public const decimal MostBalance = 10_000_000_000m;

    private const int MaxName = 100;

    private static readonly string[] AllParts = ["api_key", "api_secret", "passphrase"];

    public static string? Name(FieldReader fields, bool required)
    {
        var name = fields.Line("name", MaxName, 1, required);
        if (name is not null && !Label().IsMatch(name))
        {
            fields.Fail("name", "letters, digits and _.- only, beginning with a letter or digit", name);
        }

        return name;
    }

    public static void ModeFits(RestBody body, string exchange, string mode)
    {
        if ((exchange == Exchanges.Simulated) != (mode == Modes.Simulated))
        {
            body.Fail("mode", exchange == Exchanges.Simulated ? "simulated, as the exchange" : "sandbox or live: only the simulated exchange simulates", mode);
        }
    }

    /// <summary>What fills at once keeps one position a symbol.</summary>
    public static void PositionModeFits(RestBody body, string exchange, string fillModel, string? mode)
    {
        if (mode == PositionModes.Hedge && exchange == Exchanges.Simulated && fillModel == FillModels.Instant)
        {
            body.Fail("position_mode", $"{PositionModes.OneWay}: on the simulated exchange only fill_model {FillModels.Exchange} has {PositionModes.Hedge}", mode);
        }
    }

    /// <summary>A person's word that the exchange may be switched to the account's modes.</summary>
    public static bool SwitchModes(RestBody body, string? exchange)
    {
        var asked = body.Fields.Flag(ModeSwitch.Field) == true;
        if (asked && exchange == Exchanges.Simulated)
        {
            body.Fail(ModeSwitch.Field, "absent or false: the simulated exchange has the account's modes", "true");
        }

        return asked;
    }

    public static void FillModelFits(RestBody body, string exchange, string? fillModel)
    {
        if (fillModel is not null && exchange != Exchanges.Simulated)
        {
            body.Fail("fill_model", "absent: only a simulated account has one", fillModel);
        }
    }

    /// <summary>All parts or none; null when none was sent or one is wrong.</summary>
    public static Credentials? Credentials(RestBody body, string exchange, bool required)
    {
        var parts = exchange == Exchanges.Simulated ? [] : Exchanges.WithPassphrase.Contains(exchange) ? AllParts : AllParts[..2];
        foreach (var part in AllParts.Where(p => !parts.Contains(p) && body.Has(p)))
        {
            body.Fail(
                part,
                exchange == Exchanges.Simulated ? "absent: a simulated account has no credentials" : $"absent: only {string.Join(", ", Exchanges.WithPassphrase)} has one");
        }

        var sent = parts.Count(body.Has);
        if (parts.Length == 0 || (sent == 0 && !required))
        {
            return null;
        }

        foreach (var part in parts.Where(p => !body.Has(p)))
        {
            body.Fail(part, sent == 0 ? "required" : "required: credentials are given together", "nothing");
        }

        var (key, secret) = (body.Secret("api_key", 8, 128), body.Secret("api_secret", 8, 256));
        var passphrase = parts.Length == 3 ? body.Secret("passphrase", 1, 64) : null;
        var whole = key is not null && secret is not null && (parts.Length < 3 || passphrase is not null);
        var credentials = new Credentials(key ?? [], secret ?? [], passphrase);
        if (whole)
        {
            return credentials;
        }

        credentials.Dispose();
        return null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.\-]*\z")]
    private static partial Regex Label();
}
