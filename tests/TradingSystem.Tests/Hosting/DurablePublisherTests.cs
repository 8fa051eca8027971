using System.Threading.Channels;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.Tests.Time;

namespace TradingSystem.Tests.Hosting;

[TestFixture]
public sealed class DurablePublisherTests
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task What_arrives_while_a_message_is_unconfirmed_is_the_next_message()
    {
        await using var lane = await Lane.StartAsync(TimeSpan.Zero);
        var first = lane.Send("a");
        var unconfirmed = await lane.DepartedAsync("a");
        var more = new[] { lane.Send("b"), lane.Send("c") };
        unconfirmed.SetResult(PublishOutcome.Durable);
        Assert.That(await first, Is.EqualTo(PublishOutcome.Durable));
        (await lane.DepartedAsync("b", "c")).SetResult(PublishOutcome.Unknown);
        Assert.That(await Task.WhenAll(more), Is.All.EqualTo(PublishOutcome.Unknown));
        _ = lane.Send("d");
        await lane.DepartedAsync("d");
    }

    [Test]
    public async Task Behind_a_message_of_several_the_next_gathers_until_its_time_has_come()
    {
        await using var lane = await Lane.StartAsync(Pace);
        var both = lane.Send("a", "b");
        var unconfirmed = await lane.DepartedAsync("a", "b");
        _ = lane.Send("c");
        lane.Time.Advance(TimeSpan.FromMilliseconds(3));
        unconfirmed.SetResult(PublishOutcome.Durable);
        await both;
        await lane.GathersAsync();
        _ = lane.Send("d");
        lane.Time.Advance(TimeSpan.FromMilliseconds(4));
        _ = lane.Send("e");
        lane.Time.Advance(TimeSpan.FromMilliseconds(1));
        await lane.DepartedAsync("c", "d", "e");
    }

    [Test]
    public async Task Who_sends_alone_never_waits()
    {
        await using var lane = await Lane.StartAsync(Pace);
        for (var i = 0; i < 3; i++)
        {
            var sent = lane.Send($"{i}");
            var unconfirmed = await lane.DepartedAsync($"{i}");
            lane.Time.Advance(TimeSpan.FromMilliseconds(5));
            unconfirmed.SetResult(PublishOutcome.Durable);
            await sent;
        }
    }

    [Test]
    public async Task Long_after_a_message_of_several_nothing_waits()
    {
        await using var lane = await Lane.StartAsync(Pace);
        var both = lane.Send("a", "b");
        var unconfirmed = await lane.DepartedAsync("a", "b");
        lane.Time.Advance(TimeSpan.FromMilliseconds(5));
        unconfirmed.SetResult(PublishOutcome.Durable);
        await both;
        lane.Time.Advance(TimeSpan.FromMilliseconds(3));
        _ = lane.Send("c");
        await lane.DepartedAsync("c");
    }

    /// <summary>A publisher of texts whose messages are confirmed by hand.</summary>
    private sealed class Lane : IDurableStore, IAsyncDisposable
    {
        private readonly Channel<(
            string[] Items,
            TaskCompletionSource<PublishOutcome> Confirm)> _departed = Channel.CreateUnbounded<(string[], TaskCompletionSource<PublishOutcome>)>();
        private DurablePublisher _publisher = null!;

        public ManualTime Time { get; } = new(DateTimeOffset.UnixEpoch);

        public static async Task<Lane> StartAsync(TimeSpan pace)
        {
            var lane = new Lane();
            var bus = new BusReadiness();
            await bus.PostStart(null!, Task.FromResult<MassTransit.BusReady>(null!));
            await bus.WaitAsync(CancellationToken.None);
            var kind = new DurableKind(typeof(string), typeof(string[]), items => items.Cast<string>().ToArray(), _ => 1, _ => null, InFlight: 1, pace);
            lane._publisher = new DurablePublisher(lane, bus, [kind], lane.Time);
            await lane._publisher.StartAsync(CancellationToken.None);
            return lane;
        }

        public Task<PublishOutcome> Send(params string[] items) => _publisher.PublishAllAsync(items, CancellationToken.None);

        /// <summary>The next message left, with these items; its confirm.</summary>
        public async Task<TaskCompletionSource<PublishOutcome>> DepartedAsync(params string[] items)
        {
            var message = await _departed.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            Assert.That(message.Items, Is.EqualTo(items));
            return message.Confirm;
        }

        /// <summary>The lane waits for its clock.</summary>
        public async Task GathersAsync()
        {
            using var deadline = new CancellationTokenSource(Patience);
            while (Time.WaitingTimers == 0)
            {
                deadline.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            Assert.That(_departed.Reader.TryPeek(out _), Is.False);
        }

        public Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<PublishOutcome> AppendAsync(object message, Type messageType, CancellationToken cancellationToken)
        {
            var confirm = new TaskCompletionSource<PublishOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            _departed.Writer.TryWrite(((string[])message, confirm));
            return confirm.Task;
        }

        public ValueTask DisposeAsync()
        {
            // What a test left unconfirmed would hold up the end.
            _publisher.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
