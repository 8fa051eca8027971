using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace TradingSystem.Venues.Streams;

/// <summary>The private stream of an account: one or more connections read as one.</summary>
public static class PrivateStream
{
    /// <summary>A reader that falls so many events behind slows the connections, not the memory.</summary>
    private const int Backlog = 4096;

    public static async IAsyncEnumerable<VenueEvent> RunAsync(
        VenueContext context, IReadOnlyList<IStreamDialect> dialects, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<VenueEvent>(new BoundedChannelOptions(Backlog) { SingleReader = true });
        var start = new StreamStart(dialects.Count);
        var running = dialects
            .Select(d => new StreamRunner(d, context.Shared.Streams, context.Options, context.Time, context.Log, channel.Writer, start).RunAsync(ending.Token))
            .ToList();

        // A runner ends only with the token or by a defect, and then the reader must know.
        _ = Task.WhenAny(running).Unwrap().ContinueWith(t => channel.Writer.TryComplete(t.Exception), TaskScheduler.Default);
        try
        {
            await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return item;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
