using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace TradingSystem.Hosting.Outbound;

/// <summary>The address is not one that the services may call; the message names it and the setting that would allow it.</summary>
public sealed class OutboundRefusedException(string message, Exception? inner = null) : HttpRequestException(HttpRequestError.ConnectionError, message, inner);

/// <summary>
/// Opens connections to where the services may call. Name and address are looked at when a connection opens, for each one anew: what a name
/// meant a moment ago, or before a redirect, says nothing.
/// </summary>
/// <param name="resolve">Addresses of a name; tests play it.</param>
public sealed class OutboundGate(OutboundOptions options, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    public OutboundGate(OutboundOptions options)
        : this(options, Dns.GetHostAddressesAsync)
    {
    }

    public OutboundOptions Options => options;

    /// <summary>A handler whose every connection passes the gate; it follows no redirects.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        ConnectCallback = async (context, token) => await ConnectAsync(context.DnsEndPoint, token),
        ConnectTimeout = options.ConnectDeadline,
        AllowAutoRedirect = false,
        UseProxy = options.UseProxy,
        UseCookies = false,
        // Names move; a connection that lives for ever would not notice.
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        AutomaticDecompression = DecompressionMethods.All,
    };

    public bool Allows(string host, IPAddress address)
    {
        var plain = AddressRanges.Plain(address);
        return AddressRanges.IsPublic(address) || options.Hosts.Contains(host.TrimEnd('.')) || options.Networks.Any(n => n.Contains(plain));
    }

    /// <exception cref="OutboundRefusedException">None of the host's addresses may be called.</exception>
    /// <exception cref="SocketException">None of those that may be called takes the connection, or the name is not known.</exception>
    public async Task<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, cancellationToken);
        var allowed = addresses.Where(a => Allows(target.Host, a)).ToArray();
        if (allowed.Length == 0)
        {
            throw addresses.Length == 0
                ? new SocketException((int)SocketError.HostNotFound)
                : new OutboundRefusedException($"{target.Host} is {addresses[0]}, which is not on the public internet; OUTBOUND__ALLOWPRIVATE would allow it.");
        }

        // One after the other: a socket that takes several at once would ask the system for the name again.
        for (var i = 0; ; i++)
        {
            var socket = new Socket(allowed[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(allowed[i], target.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i + 1 < allowed.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
