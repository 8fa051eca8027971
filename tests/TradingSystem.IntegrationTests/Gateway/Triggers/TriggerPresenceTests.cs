using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Gateway.Triggers;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Triggers;

/// <summary>When what is heard of a trigger gets into its row.</summary>
[TestFixture]
public sealed class TriggerPresenceTests
{
    private GatewayDatabase _database = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _database = await GatewayDatabase.StartAsync();

    [OneTimeTearDown]
    public Task StopAsync() => _database.DisposeAsync().AsTask();

    [Test]
    public async Task A_row_is_written_once_in_half_a_minute_and_what_was_heard_before_a_silence_is_in_it_in_the_end()
    {
        var time = new MovedTime();
        using var presence = new TriggerPresence(_database.Signs, time, NullLogger<TriggerPresence>.Instance);
        await presence.StartAsync(CancellationToken.None);
        var ids = await _database.AddTriggersAsync(3);
        var (id, marks) = (ids[0], ids[1..]);

        presence.Sent(id);
        var first = await WrittenAsync(presence, id);
        time.Move(TimeSpan.FromSeconds(10));
        presence.Sent(id);
        // Another that is written shows that a round is over.
        presence.Sent(marks[0]);
        await WrittenAsync(presence, marks[0]);
        Assert.That((await _database.TriggerAsync(id)).LastFrameAt, Is.EqualTo(first));

        time.Move(TimeSpan.FromSeconds(25));
        Assert.That(await WrittenAsync(presence, id), Is.GreaterThan(first));
        presence.Refused(id, "CODE", [new("targets", "required", "nothing")]);
        presence.Sent(marks[1]);
        await WrittenAsync(presence, marks[1]);
        Assert.That((await _database.TriggerAsync(id)).LastErrorCode, Is.Null);

        await presence.StopAsync(CancellationToken.None);
        var last = await _database.TriggerAsync(id);
        Assert.That((last.LastErrorCode, last.LastErrorMessage), Is.EqualTo(("CODE", "targets: required")), "a stop writes what is left");
    }

    /// <summary>Waits until the last frame of it that is known is in its row, and tells it as it is there.</summary>
    private async Task<DateTimeOffset> WrittenAsync(TriggerPresence presence, Guid id)
    {
        await Wait.UntilAsync("it is written", async () =>
            (await _database.TriggerAsync(id)).LastFrameAt is { } at && (presence.Signs(id).FrameAt!.Value - at).Duration() < TimeSpan.FromMilliseconds(1));
        return (await _database.TriggerAsync(id)).LastFrameAt!.Value;
    }

    /// <summary>Stands still until it is moved; its timers are the system's.</summary>
    private sealed class MovedTime : TimeProvider
    {
        private readonly DateTimeOffset _begin = System.GetUtcNow();
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override DateTimeOffset GetUtcNow() => _begin.AddTicks(GetTimestamp());

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);
    }
}
