using System.Net;
using System.Net.Sockets;

namespace TradingSystem.Hosting.Outbound;

/// <summary>Which addresses are the public internet's, from IANA's registries of special-purpose addresses.</summary>
public static class AddressRanges
{
    private static readonly IPNetwork[] SpecialV4 = Networks(
        "0.0.0.0/8",        // this network
        "10.0.0.0/8",       // private
        "100.64.0.0/10",    // carrier-grade NAT
        "127.0.0.0/8",      // loopback
        "169.254.0.0/16",   // link-local, where clouds tell their secrets
        "172.16.0.0/12",    // private
        "192.0.0.0/24",     // protocol assignments
        "192.0.2.0/24",     // documentation
        "192.31.196.0/24",  // AS112
        "192.52.193.0/24",  // AMT
        "192.88.99.0/24",   // relays of 6to4
        "192.168.0.0/16",   // private
        "192.175.48.0/24",  // AS112
        "198.18.0.0/15",    // benchmarks
        "198.51.100.0/24",  // documentation
        "203.0.113.0/24",   // documentation
        "224.0.0.0/4",      // multicast
        "240.0.0.0/4");     // reserved, broadcast

    /// <summary>Within what is given out as global unicast; everything outside it is special.</summary>
    private static readonly IPNetwork[] SpecialV6 = Networks(
        "2001::/23",        // protocol assignments, Teredo
        "2001:db8::/32",    // documentation
        "2002::/16",        // 6to4, an IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20");       // documentation

    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>The address itself: an IPv4 address that is written as one of IPv6 (mapped, NAT64) is that IPv4 address.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            if (address.IsIPv4MappedToIPv6)
            {
                return address.MapToIPv4();
            }

            if (Nat64.Contains(address))
            {
                return new IPAddress(address.GetAddressBytes()[12..]);
            }
        }

        return address;
    }

    /// <summary>False for private, loopback, link-local, shared, multicast, reserved and documentation addresses, in whichever way they are written.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = Plain(address);
        return plain.AddressFamily switch
        {
            AddressFamily.InterNetwork => !SpecialV4.Any(n => n.Contains(plain)),
            // A zone belongs to a link.
            AddressFamily.InterNetworkV6 => plain.ScopeId == 0 && GlobalV6.Contains(plain) && !SpecialV6.Any(n => n.Contains(plain)),
            _ => false,
        };
    }

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(IPNetwork.Parse)];
}
