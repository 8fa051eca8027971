using System.Net;
using System.Net.Sockets;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>Whom a request is counted against.</summary>
public static class ClientAddress
{
    /// <summary>The address as text; of IPv6 its /64, which is what one subscriber has.</summary>
    public static string Of(HttpContext http) => Of(http.Connection.RemoteIpAddress);

    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
