using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Delivery;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Decisions;

[TestFixture]
public sealed class DecisionLaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Account Account = new() { Name = "demo", Exchange = "simulated", Mode = "simulated" };

    private readonly object _channel = new();
    private ManualTime _time = null!;
    private Publisher _publisher = null!;
    private ConcurrentQueue<int[]> _saved = null!;
    private Func<int[], Exception?> _fault = null!;
    private TaskCompletionSource _database = null!;
    private DecisionLane _lane = null!;
    private int _started;

    [SetUp]
    public void Start()
    {
        _time = new(Now);
        _started = 0;
        _publisher = new();
        _saved = new();
        _fault = _ => null;
        _database = new();
        _database.SetResult();
        _lane = new(SaveAsync, new Announcer(_publisher, () => { }, _time, NullLogger<Announcer>.Instance), _time, NullLogger<DecisionLane>.Instance);
    }

    [Test]
    public async Task What_arrives_while_a_group_is_saved_is_the_next_group_in_the_queues_order()
    {
        _database = new();
        var first = Deliver(1);
        await Until(() => Volatile.Read(ref _started) == 1);
        var others = new[] { 4, 2, 5, 3 }.Select(n => Deliver(n)).ToList();
        _database.SetResult();
        await Task.WhenAll([first, .. others]).WaitAsync(Patience);
        Assert.Multiple(() =>
        {
            Assert.That(_saved, Is.EqualTo(new[] { new[] { 1 }, [2, 3, 4, 5] }));
            Assert.That(_publisher.Announced, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        });
    }

    [Test]
    public async Task A_lone_message_is_saved_without_waiting_for_another()
    {
        // The clock stands still: nothing here is started by time.
        await Deliver(1).WaitAsync(Patience);
        Assert.That(_saved, Is.EqualTo(new[] { new[] { 1 } }));
    }

    [Test]
    public async Task One_message_at_fault_fails_alone_and_the_others_keep_their_order()
    {
        _database = new();
        _fault = numbers => numbers.Contains(3) ? new InvalidOperationException("cannot be saved") : null;
        var first = Deliver(1);
        await Until(() => Volatile.Read(ref _started) == 1);
        var (two, three, four) = (Deliver(2), Deliver(3), Deliver(4));
        _database.SetResult();
        await Task.WhenAll(first, two, four).WaitAsync(Patience);
        Assert.ThrowsAsync<InvalidOperationException>(() => three);
        Assert.That(_publisher.Announced, Is.EqualTo(new[] { 1, 2, 4 }));
    }

    [Test]
    public async Task An_outage_is_waited_out_in_place()
    {
        var down = true;
        _fault = _ => Volatile.Read(ref down) ? new Npgsql.NpgsqlException("away") : null;
        var first = Deliver(1);
        await Until(() => _time.WaitingTimers == 1);
        var second = Deliver(2);
        Volatile.Write(ref down, false);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(first, second).WaitAsync(Patience);
        Assert.That(_publisher.Announced, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task What_was_not_confirmed_is_announced_again_before_anything_behind_it()
    {
        _publisher.Outcome = PublishOutcome.Unknown;
        var first = Deliver(1);
        await Until(() => _time.WaitingTimers == 1);
        var second = Deliver(2);
        await Until(() => _saved.Count == 2);
        Assert.That(first.IsCompleted, Is.False);
        _publisher.Outcome = PublishOutcome.Durable;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(first, second).WaitAsync(Patience);
        Assert.That(_publisher.Announced, Is.EqualTo(new[] { 1, 1, 2 }));
    }

    [Test]
    public async Task A_message_that_the_bus_took_back_is_not_worked_on()
    {
        _database = new();
        using var taken = new CancellationTokenSource();
        var first = Deliver(1);
        await Until(() => Volatile.Read(ref _started) == 1);
        var (second, third) = (Deliver(2, taken.Token), Deliver(3));
        await taken.CancelAsync();
        _database.SetResult();
        await Task.WhenAll(first, third).WaitAsync(Patience);
        Assert.CatchAsync<OperationCanceledException>(() => second);
        Assert.That(_saved, Is.EqualTo(new[] { new[] { 1 }, [3] }));
    }

    [Test]
    public async Task A_delivery_that_never_comes_holds_the_others_up_for_two_seconds_only()
    {
        var second = Deliver(2);
        await Until(() => _time.WaitingTimers == 1);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.That(_saved, Is.Empty);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await second.WaitAsync(Patience);
    }

    private Task Deliver(int number, CancellationToken taken = default) =>
        _lane.RunAsync(new Place(_channel, number), new DecisionDelivery([Long() with { Id = Guid.NewGuid(), Priority = number }], false, taken));

    private async Task<IReadOnlyList<Order>> SaveAsync(IReadOnlyList<TradeDecision> decisions, bool seenBefore, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _started);
        await _database.Task;
        int[] numbers = [.. decisions.Select(d => d.Priority)];
        if (_fault(numbers) is { } e)
        {
            throw e;
        }

        _saved.Enqueue(numbers);
        return [.. decisions.Select(d => OrderBuilder.Build(d with { DecisionId = $"{d.Priority}" }, Account, new Verdict.Recorded(), null, 0m, false, Now, null))];
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Publisher : IDurablePublisher
    {
        public ConcurrentQueue<int> Announced { get; } = new();

        public PublishOutcome Outcome { get; set; } = PublishOutcome.Durable;

        public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
            where TItem : class => PublishAllAsync([item], cancellationToken);

        public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
            where TItem : class
        {
            foreach (var update in items.Cast<OrderUpdate>())
            {
                Announced.Enqueue(int.Parse(update.ClientDecisionId!, System.Globalization.CultureInfo.InvariantCulture));
            }

            return Task.FromResult(Outcome);
        }
    }
}
