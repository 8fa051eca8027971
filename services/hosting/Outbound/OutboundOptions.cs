using System.Net;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Hosting.Outbound;

/// <summary>Bound from <c>OUTBOUND__…</c>: where the services may call out to. It is a setting of the service only; nothing over REST widens it.</summary>
public sealed class OutboundOptions
{
    public const string Section = "Outbound";

    /// <summary>
    /// Addresses outside the public internet that may be called: networks (<c>10.1.0.0/16</c>), addresses and names of hosts, comma-separated.
    /// A name allows whatever it resolves to.
    /// </summary>
    public string AllowPrivate { get; set; } = "";

    /// <summary>
    /// Calls go through the proxy that HTTPS_PROXY and its like name. Its address is then the one that is checked; where it calls is its affair.
    /// </summary>
    public bool UseProxy { get; set; }

    /// <summary>For TCP and TLS of a new connection.</summary>
    public TimeSpan ConnectDeadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For a call with its redirects and its whole answer, where the caller names none.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of an answer, where the caller names no other limit.</summary>
    public int MaxAnswerBytes { get; set; } = 8 << 20;

    /// <summary>How often a call may be sent elsewhere.</summary>
    public int MaxRedirects { get; set; } = 3;

    internal IReadOnlyList<IPNetwork> Networks { get; private set; } = [];

    internal IReadOnlySet<string> Hosts { get; private set; } = new HashSet<string>();

    /// <exception cref="SettingException">A value is outside its bounds.</exception>
    public OutboundOptions Validated()
    {
        var networks = new List<IPNetwork>();
        var hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in AllowPrivate.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (IPAddress.TryParse(entry, out var address))
            {
                networks.Add(new IPNetwork(AddressRanges.Plain(address), AddressRanges.Plain(address).GetAddressBytes().Length * 8));
            }
            else if (entry.Contains('/', StringComparison.Ordinal))
            {
                networks.Add(IPNetwork.TryParse(entry, out var network) ? network : throw Fault(entry));
            }
            else
            {
                hosts.Add(Uri.CheckHostName(entry) == UriHostNameType.Dns ? entry : throw Fault(entry));
            }
        }

        Require(ConnectDeadline > TimeSpan.Zero, "CONNECTDEADLINE", "positive");
        Require(Deadline > TimeSpan.Zero, "DEADLINE", "positive");
        Require(MaxAnswerBytes > 0, "MAXANSWERBYTES", "positive");
        Require(MaxRedirects is >= 0 and <= 10, "MAXREDIRECTS", "from 0 to 10");
        (Networks, Hosts) = (networks, hosts);
        return this;
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
        {
            throw new SettingException($"OUTBOUND__{name} must be {rule}.");
        }
    }

    private static SettingException Fault(string entry) =>
        new($"OUTBOUND__ALLOWPRIVATE: '{entry}' is no network (10.1.0.0/16), no address and no name of a host.");
}
