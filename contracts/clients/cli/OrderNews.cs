using System.Threading.Channels;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Order updates as they come, so that one of them can be waited for.</summary>
internal sealed class OrderNews
{
    // What nobody waits for is of no use: the newest stay.
    private readonly Channel<OrderUpdate> _updates = Channel.CreateBounded<OrderUpdate>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });

    public Task Hear(OrderUpdate update)
    {
        _updates.Writer.TryWrite(update);
        return Task.CompletedTask;
    }

    /// <summary>The update that ends it; after <paramref name="wait"/> the last one that is about it, null where there was none.</summary>
    public async Task<OrderUpdate?> UntilAsync(
        TradingClient bot, Func<OrderUpdate, bool> isAbout, Func<OrderUpdate, bool> isEnd, TimeSpan wait, CancellationToken cancellationToken)
    {
        _ = bot.Stopped.ContinueWith(s => _updates.Writer.TryComplete(s.Result), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        using var late = new CancellationTokenSource(wait);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        OrderUpdate? last = null;
        try
        {
            while (last is null || !isEnd(last))
            {
                var update = await _updates.Reader.ReadAsync(either.Token);
                last = isAbout(update) ? update : last;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It takes longer than the user wants to wait.
        }
        catch (ChannelClosedException closed) when (closed.InnerException is StoppedException stopped)
        {
            throw stopped;
        }

        return last;
    }
}
