using Microsoft.AspNetCore.WebUtilities;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Query string and form together, as fapi reads them.</summary>
public sealed class Parameters
{
    private const string Signature = "signature=";
    private readonly Dictionary<string, string> _values = [];

    public string? this[string name] => _values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public bool Has(string name) => this[name] is not null;

    public bool IsTrue(string name) => string.Equals(this[name], "true", StringComparison.OrdinalIgnoreCase);

    public static Parameters Of(Call call)
    {
        var parameters = new Parameters();
        foreach (var part in new[] { call.RawQuery, call.Body })
        {
            foreach (var (name, value) in QueryHelpers.ParseQuery(part))
            {
                parameters._values[name] = value.ToString();
            }
        }

        return parameters;
    }

    /// <summary>What was signed, exactly as sent and with nothing between query and body, and the signature, which comes last.</summary>
    public static (string Payload, string? Signature) Signed(Call call)
    {
        var all = call.RawQuery + call.Body;
        var at = all.LastIndexOf(Signature, StringComparison.Ordinal);
        if (at < 0)
        {
            return (all, null);
        }

        var signature = all[(at + Signature.Length)..];
        // Between the two there is one ampersand, unless the signature is all of the query or body.
        return (at > 0 && all[at - 1] == '&' ? all[..(at - 1)] : all[..at], signature.Contains('&', StringComparison.Ordinal) ? null : Uri.UnescapeDataString(signature));
    }
}
