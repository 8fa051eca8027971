using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Hosting;

namespace TradingSystem.Tests.Hosting;

[TestFixture]
public sealed class RoundsTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(1);

    [Test]
    [CancelAfter(30_000)]
    public async Task Whatever_a_round_throws_the_next_one_comes(CancellationToken deadline)
    {
        Exception[] thrown = [new SocketException(), new ObjectDisposedException("channel"), new OperationCanceledException(), new TimeoutException(), new InvalidOperationException()];
        var rounds = 0;
        var through = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        var running = Rounds.EveryAsync(
            Period,
            TimeProvider.System,
            NullLogger.Instance,
            _ =>
            {
                if (rounds < thrown.Length)
                {
                    throw thrown[rounds++];
                }

                through.TrySetResult();
                return Task.CompletedTask;
            },
            stop.Token);
        await through.Task.WaitAsync(deadline);
        await stop.CancelAsync();
        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [CancelAfter(30_000)]
    public void A_round_that_is_cancelled_with_the_process_is_the_last(CancellationToken deadline)
    {
        var rounds = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        var running = Rounds.EveryAsync(
            Period,
            TimeProvider.System,
            NullLogger.Instance,
            async token =>
            {
                rounds++;
                await stop.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
            stop.Token);
        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(rounds, Is.EqualTo(1));
    }
}
