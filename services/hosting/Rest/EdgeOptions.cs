using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Hosting.Rest;

/// <summary>What stands between the clients and us: <c>PROXY__TRUSTED</c> and <c>BASE_PATH</c>.</summary>
public sealed class EdgeOptions
{
    public const string TrustedSetting = "Proxy:Trusted";
    public const string BaseSetting = "BASE_PATH";

    private EdgeOptions(IReadOnlyList<IPNetwork> trusted, PathString basePath) => (Trusted, BasePath) = (trusted, basePath);

    /// <summary>Whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> count; nobody's by default.</summary>
    public IReadOnlyList<IPNetwork> Trusted { get; }

    /// <summary>What the proxy's addresses have before ours, such as <c>/trading</c>; empty without.</summary>
    public PathString BasePath { get; }

    /// <exception cref="SettingException">A setting breaks its rule.</exception>
    public static EdgeOptions Read(IConfiguration configuration)
    {
        var networks = (configuration[TrustedSetting] ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(entry =>
                IPAddress.TryParse(entry, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
                : IPNetwork.TryParse(entry, out var network) ? network
                : throw new SettingException($"PROXY__TRUSTED: '{entry}' is no address and no network (10.1.0.0/16)."));
        var path = (configuration[BaseSetting] ?? "").TrimEnd('/');
        var isPath = path.Length == 0
            || (path[0] == '/' && !path.Contains("//", StringComparison.Ordinal) && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '~'));
        return isPath
            ? new([.. networks], path)
            : throw new SettingException("BASE_PATH must be a path such as /trading, of letters, digits and - _ . ~ between slashes.");
    }

    /// <summary>Who sent a request; null where somebody whom nobody trusts passed it on, so that it is not known.</summary>
    public IPAddress? SenderOf(HttpContext http) =>
        Trusted.Count == 0 && http.Request.Headers.ContainsKey("X-Forwarded-For") ? null : http.Connection.RemoteIpAddress;

    public bool Trusts(IPAddress? peer)
    {
        var plain = peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4() : peer;
        return plain is not null && Trusted.Any(n => n.Contains(plain));
    }
}
