using MassTransit;

namespace TradingSystem.Hosting;

/// <summary>Knows up to which position of the embedded log every durable queue has finished.</summary>
public sealed class LogProgress(IEnumerable<DurableSubscription> subscriptions) : IReceiveObserver
{
    private readonly Lock _gate = new();
    private readonly ILookup<Type, string> _queues = subscriptions
        .SelectMany(s => s.MessageTypes.Select(t => (Type: t, s.Queue)))
        .ToLookup(x => x.Type, x => x.Queue);
    private readonly SortedDictionary<long, HashSet<string>> _outstanding = [];
    private long _last;

    /// <summary>Everything up to here is finished by every queue.</summary>
    public long Done
    {
        get
        {
            lock (_gate)
            {
                return _outstanding.Count == 0 ? _last : _outstanding.First().Key - 1;
            }
        }
    }

    public void StartAt(long position)
    {
        lock (_gate)
        {
            _last = position;
            _outstanding.Clear();
        }
    }

    public void Appended(long position, Type messageType)
    {
        lock (_gate)
        {
            _last = Math.Max(_last, position);
            if (_queues.Contains(messageType))
            {
                _outstanding[position] = [.. _queues[messageType]];
            }
        }
    }

    public void Finished(long position, string queue)
    {
        lock (_gate)
        {
            if (_outstanding.TryGetValue(position, out var waiting) && waiting.Remove(queue) && waiting.Count == 0)
            {
                _outstanding.Remove(position);
            }
        }
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class
    {
        if (context.Headers.Get<long>(PostgresLog.PositionHeader) is { } position)
        {
            Finished(position, context.ReceiveContext.InputAddress.AbsolutePath.TrimStart('/'));
        }

        return Task.CompletedTask;
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
