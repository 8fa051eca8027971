using System.Collections.Concurrent;
using TradingSystem.Venues.Binance;
using TradingSystem.Venues.Bybit;
using TradingSystem.Venues.Okx;

namespace TradingSystem.Venues.Registry;

/// <summary>The exchanges there are. A new one is a folder and a line here.</summary>
public sealed class VenueRegistry : IDisposable
{
    private readonly Dictionary<string, VenueDefinition> _definitions = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Venue, VenueEnvironment Environment), Lazy<VenueShared>> _shared = new();
    private readonly VenueOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly Func<HttpMessageHandler> _calls;
    private readonly Func<HttpMessageHandler> _streams;

    /// <param name="calls">Makes the handler of each exchange and environment, which decides where connections may go and follows no redirects.</param>
    /// <param name="streams">The same for WebSockets.</param>
    public VenueRegistry(VenueOptions options, TimeProvider time, ILoggerFactory logs, Func<HttpMessageHandler> calls, Func<HttpMessageHandler> streams)
    {
        (_options, _time, _logs, _calls, _streams) = (options.Validate(), time, logs, calls, streams);
        Add(BinanceVenue.Definition);
        Add(BybitVenue.Definition);
        Add(OkxVenue.Definition);
    }

    public IReadOnlyCollection<string> Names => _definitions.Keys;

    public VenueDefinition? Find(string venue) => _definitions.GetValueOrDefault(venue);

    /// <summary>One adapter per account; the caller disposes it. Addresses come from the options, else from the exchange.</summary>
    /// <exception cref="ArgumentException">There is no such exchange or environment, the passphrase is missing, or keys would go over the network in the clear.</exception>
    public IVenue Create(VenueAccount account)
    {
        var definition = Find(account.Venue) ?? throw new ArgumentException($"There is no venue {account.Venue}.", nameof(account));
        if (!definition.Hosts.TryGetValue(account.Environment, out var hosts))
        {
            throw new ArgumentException($"{definition.Name} has no environment {account.Environment}.", nameof(account));
        }

        if (definition.NeedsPassphrase && string.IsNullOrEmpty(account.Credentials.Passphrase))
        {
            throw new ArgumentException($"{definition.Name} needs a passphrase.", nameof(account));
        }

        hosts = hosts.With(Override(definition.Name, account.Environment));
        if (!IsSafe(hosts.Rest, "https") || !IsSafe(hosts.PrivateStream, "wss"))
        {
            throw new ArgumentException($"The addresses of {definition.Name} must be https and wss, but on this machine.", nameof(account));
        }

        var shared = _shared.GetOrAdd((definition.Name, account.Environment), _ => new(() => new(_calls(), _streams()))).Value;
        var log = _logs.CreateLogger($"TradingSystem.Venues.{definition.Name}");
        return definition.Create(new(account, hosts, shared, _options, _time, log));
    }

    public void Dispose()
    {
        foreach (var shared in _shared.Values.Where(s => s.IsValueCreated))
        {
            shared.Value.Dispose();
        }
    }

    private void Add(VenueDefinition definition) => _definitions.Add(definition.Name, definition);

    private VenueHostOverride? Override(string venue, VenueEnvironment environment) =>
        _options.Hosts.FirstOrDefault(h => Same(h.Key, venue)).Value?.FirstOrDefault(e => Same(e.Key, environment.ToString())).Value;

    private static bool IsSafe(Uri address, string scheme) => address.Scheme == scheme || address.IsLoopback;

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
