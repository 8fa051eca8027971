using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

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

    /// <summary>The <see cref="Key"/> of who sent a request, as text: an address, or a network with its <c>/64</c>.</summary>
    public static string Of(HttpContext http) => Of(http.Connection.RemoteIpAddress);

    /// <inheritdoc cref="Of(HttpContext)"/>
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        var key = Key(address);
        return key.AddressFamily == AddressFamily.InterNetworkV6 ? $"{key}/{8 * NetworkBytes}" : key.ToString();
    }
}
