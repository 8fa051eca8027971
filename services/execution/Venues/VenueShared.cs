using System.Collections.Concurrent;

namespace TradingSystem.Execution.Venues;

/// <summary>Common to all accounts in one environment of one exchange: connections, and limits that count per address.</summary>
public sealed class VenueShared(HttpMessageHandler handler) : IDisposable
{
    private readonly ConcurrentDictionary<Type, object> _parts = new();

    /// <summary>The caller sets deadlines; the handler follows no redirects.</summary>
    public HttpMessageInvoker Http { get; } = new(handler, disposeHandler: true);

    /// <summary>The one instance of a part, e.g. of the limits that count per address.</summary>
    public T Part<T>(Func<T> create)
        where T : class => (T)_parts.GetOrAdd(typeof(T), _ => create());

    public void Dispose()
    {
        Http.Dispose();
        foreach (var part in _parts.Values.OfType<IDisposable>())
        {
            part.Dispose();
        }
    }
}
