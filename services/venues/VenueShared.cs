using System.Collections.Concurrent;

namespace TradingSystem.Venues;

/// <summary>Common to all accounts in one environment of one exchange: connections, and limits that count per address.</summary>
/// <param name="calls">Of requests; it follows no redirects.</param>
/// <param name="streams">Of WebSockets: they hold their connections, and must not use up those of the calls.</param>
public sealed class VenueShared(HttpMessageHandler calls, HttpMessageHandler streams) : IDisposable
{
    private readonly ConcurrentDictionary<Type, object> _parts = new();

    /// <summary>The caller sets deadlines.</summary>
    public HttpMessageInvoker Http { get; } = new(calls, disposeHandler: true);

    public HttpMessageInvoker Streams { get; } = new(streams, disposeHandler: true);

    /// <summary>The one instance of a part, e.g. of the limits that count per address.</summary>
    public T Part<T>(Func<T> create)
        where T : class => (T)_parts.GetOrAdd(typeof(T), _ => create());

    public void Dispose()
    {
        Http.Dispose();
        Streams.Dispose();
        foreach (var part in _parts.Values.OfType<IDisposable>())
        {
            part.Dispose();
        }
    }
}
