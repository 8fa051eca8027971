using System.Globalization;
using System.Text.RegularExpressions;

namespace TradingSystem.Client;

/// <summary>
/// Where a gateway is, given in any of the forms people write: <c>127.0.0.1:8000</c>, <c>https://host/prefix</c>, <c>ws://host:8000/ws/events</c>.
/// A text or a <see cref="Uri"/> is taken for one.
/// </summary>
public sealed partial record GatewayAddress
{
    private const string SocketPath = "/ws/events";
    private const string Expected = "expected HOST:PORT, http(s)://HOST/PREFIX or ws(s)://HOST/PREFIX/ws/events";

    private GatewayAddress(string socket)
    {
        Socket = new(socket);
        Rest = new($"http{socket[2..^SocketPath.Length]}/api/v1/");
    }

    /// <summary><c>ws(s)://HOST/PREFIX/ws/events</c>.</summary>
    public Uri Socket { get; }

    /// <summary>Where <c>/api/v1/</c> is beside the socket, below the same prefix.</summary>
    public Uri Rest { get; }

    public string Scheme => Socket.Scheme;

    public string Host => Socket.Host;

    public int Port => Socket.Port;

    public static implicit operator GatewayAddress(string text) => Parse(text);

    public static implicit operator GatewayAddress(Uri address) => FromUri(address);

    public static implicit operator Uri(GatewayAddress address) => address.ToUri();

    public static GatewayAddress FromUri(Uri address) => Parse(address.OriginalString);

    /// <summary>Throws a <see cref="FormatException"/> for what is none. It does not repeat the text: people put secrets into addresses.</summary>
    public static GatewayAddress Parse(string text)
    {
        var given = text.Trim();
        if (given.Contains('?', StringComparison.Ordinal))
        {
            throw new FormatException($"the address has a query: options are given to the client, and a token never goes into an address; {Expected}");
        }

        var parts = Form().Match(given);
        var port = parts.Groups["port"].Value;
        if (!parts.Success || (port.Length > 0 && int.Parse(port, CultureInfo.InvariantCulture) is < 1 or > 65535))
        {
            throw new FormatException($"this is no address of a gateway: {Expected}");
        }

        var scheme = parts.Groups["scheme"].Value.ToLowerInvariant() is "wss" or "https" ? "wss" : "ws";
        var path = parts.Groups["path"].Value.TrimEnd('/');
        var socket = $"{scheme}://{parts.Groups["host"].Value}{(port.Length > 0 ? $":{port}" : "")}{path}{(path.EndsWith(SocketPath, StringComparison.Ordinal) ? "" : SocketPath)}";
        return Uri.IsWellFormedUriString(socket, UriKind.Absolute) ? new(socket) : throw new FormatException($"this is no address of a gateway: {Expected}");
    }

    public Uri ToUri() => Socket;

    public override string ToString() => Socket.ToString();

    [GeneratedRegex(@"^(?:(?<scheme>wss?|https?)://)?(?<host>[^\s/?#@:\[\]\\]+|\[[0-9a-f:.]+\])(?::(?<port>[0-9]{1,5}))?(?<path>/[^\s?#\\]*)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
