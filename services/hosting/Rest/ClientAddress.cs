using System.Net;
using System.Net.Sockets;

namespace TradingSystem.Hosting.Rest;

/// <summary>Whose doings are counted together: an address of IPv4, a /64 of IPv6, of which one customer has all addresses.</summary>
public static class ClientAddress
{
    private const int NetworkBytes = 8;

    /// <summary>The same for all addresses that are counted together. An IPv4 address that is written as one of IPv6 is that IPv4 address.</summary>
    public static IPAddress Key(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
