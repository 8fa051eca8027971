using System.Collections.Concurrent;

namespace TradingSystem.Venues.Registry;

/// <summary>Makes the adapters of accounts at the exchanges of <see cref="VenueList"/>.</summary>
public sealed class VenueRegistry : IDisposable
{
    private readonly ConcurrentDictionary<(string Venue, VenueEnvironment Environment), Lazy<VenueShared>> _shared = new();
    private readonly VenueOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly Func<HttpMessageHandler> _calls;
    private readonly Func<HttpMessageHandler> _streams;

    /// <exception cref="InvalidOperationException">An option cannot be meant, or is an address of an exchange or environment that there is not.</exception>
    /// <param name="calls">Makes the handler of each exchange and environment, which decides where connections may go and follows no redirects.</param>
    /// <param name="streams">The same for WebSockets.</param>
    public VenueRegistry(VenueOptions options, TimeProvider time, ILoggerFactory logs, Func<HttpMessageHandler> calls, Func<HttpMessageHandler> streams)
    {
        (_options, _time, _logs, _calls, _streams) = (options.Validated(), time, logs, calls, streams);
        foreach (var (venue, environment) in options.Hosts.SelectMany(h => h.Value.Keys.Select(e => (h.Key, e))))
        {
            RequireKnown(venue, environment);
        }
    }

    /// <summary>One adapter per account; the caller disposes it. Addresses come from the options, else from the exchange.</summary>
    /// <exception cref="ArgumentException">There is no such exchange or environment, the passphrase is missing, or keys would go over the network in
    /// the clear.</exception>
    public IVenue Create(VenueAccount account)
    {
        var definition = VenueList.Find(account.Venue) ?? throw new ArgumentException($"There is no venue {account.Venue}.", nameof(account));
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

    /// <summary>An address under a misspelt name would leave the exchange's own in force: orders would go where nobody meant them to.</summary>
    private static void RequireKnown(string venue, string environment)
    {
        if (VenueList.Find(venue) is not { } definition)
        {
            throw new InvalidOperationException($"Execution:Venues:Hosts:{venue} must be one of {string.Join(", ", VenueList.All.Select(d => d.Name))}.");
        }

        if (!definition.Hosts.Keys.Any(e => Same(e.ToString(), environment)))
        {
            throw new InvalidOperationException($"Execution:Venues:Hosts:{venue}:{environment} must be one of {string.Join(", ", definition.Hosts.Keys)}.");
        }
    }

    private VenueHostOverride? Override(string venue, VenueEnvironment environment) =>
        _options.Hosts.FirstOrDefault(h => Same(h.Key, venue)).Value?.FirstOrDefault(e => Same(e.Key, environment.ToString())).Value;

    private static bool IsSafe(Uri address, string scheme) => address.Scheme == scheme || address.IsLoopback;

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
