using System.Collections.Concurrent;
using NUnit.Framework;
using TradingSystem.Dashboard.Accounts;

namespace TradingSystem.Tests.Dashboard.Accounts;

[TestFixture]
public sealed class HashQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Somebody_elsewhere_waits_for_one_hash_however_many_one_address_asks_for()
    {
        using var queue = new HashQueue(threads: 1);
        using var started = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        var order = new ConcurrentQueue<string>();
        var refused = 0;
        var work = new List<Task>();
        for (var i = 0; i < 400; i++)
        {
            if (queue.TryEnter("attacker", isKnown: false) is not { } place)
            {
                refused++;
                continue;
            }

            work.Add(RunAsync(place, () =>
            {
                started.Set();
                open.Wait(Patience);
                order.Enqueue("attacker");
            }));
        }

        Assert.That(started.Wait(Patience), Is.True);
        work.Add(RunAsync(queue.TryEnter("owner", isKnown: false)!, () => order.Enqueue("owner")));
        open.Set();
        await Task.WhenAll(work).WaitAsync(Patience);

        Assert.That(refused, Is.EqualTo(400 - HashQueue.PerLine));
        Assert.That(
            order,
            Is.EqualTo(new[] { "attacker", "attacker", "owner", "attacker", "attacker" }).Or.EqualTo(new[] { "attacker", "owner", "attacker", "attacker", "attacker" }));
    }

    [Test]
    public async Task A_place_is_free_again_when_it_is_left()
    {
        using var queue = new HashQueue(threads: 1);
        for (var i = 0; i < 3 * HashQueue.PerLine; i++)
        {
            using var place = queue.TryEnter("home", isKnown: false);
            Assert.That(place, Is.Not.Null, $"place {i}");
            Assert.That(await place!.RunAsync(() => i, CancellationToken.None).WaitAsync(Patience), Is.EqualTo(i));
        }
    }

    [Test]
    public async Task Who_is_known_goes_ahead_of_all_strangers_and_has_a_place_when_they_hold_all_of_theirs()
    {
        using var queue = new HashQueue(threads: 1);
        using var started = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        var order = new ConcurrentQueue<string>();
        var work = new List<Task>();
        for (var i = 0; i < HashQueue.Capacity; i++)
        {
            work.Add(RunAsync(queue.TryEnter($"stranger {i}", isKnown: false)!, () =>
            {
                started.Set();
                open.Wait(Patience);
                order.Enqueue("stranger");
            }));
        }

        Assert.That(started.Wait(Patience), Is.True);
        Assert.That(queue.TryEnter("one more stranger", isKnown: false), Is.Null);
        work.Add(RunAsync(queue.TryEnter("owner", isKnown: true)!, () => order.Enqueue("owner")));
        open.Set();
        await Task.WhenAll(work).WaitAsync(Patience);

        Assert.That(order.ToList().IndexOf("owner"), Is.EqualTo(1), "after the hash that was under way");
        Assert.That(order, Has.Count.EqualTo(HashQueue.Capacity + 1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void All_lines_together_are_bounded(bool isKnown)
    {
        using var queue = new HashQueue(threads: 1);
        for (var i = 0; i < HashQueue.Capacity; i++)
        {
            Assert.That(queue.TryEnter($"address {i}", isKnown), Is.Not.Null, $"address {i}");
        }

        Assert.That(queue.TryEnter("one more", isKnown), Is.Null);
    }

    [Test]
    public async Task What_is_cancelled_before_its_turn_does_not_run_and_holds_nothing_up()
    {
        using var queue = new HashQueue(threads: 1);
        using var open = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var first = RunAsync(queue.TryEnter("home", isKnown: false)!, () => open.Wait(Patience));
        var ran = false;
        using var place = queue.TryEnter("home", isKnown: false)!;
        var second = place.RunAsync(() => ran = true, cancel.Token);
        await cancel.CancelAsync();
        Assert.That(async () => await second.WaitAsync(Patience), Throws.InstanceOf<OperationCanceledException>());
        open.Set();
        await first.WaitAsync(Patience);
        await RunAsync(queue.TryEnter("home", isKnown: false)!, () => { }).WaitAsync(Patience);
        Assert.That(ran, Is.False);
    }

    [Test]
    public async Task What_a_hash_throws_reaches_who_asked_for_it_and_the_next_one_runs()
    {
        using var queue = new HashQueue(threads: 1);
        using var place = queue.TryEnter("home", isKnown: false)!;
        Assert.That(async () => await place.RunAsync<int>(() => throw new FormatException(), CancellationToken.None).WaitAsync(Patience), Throws.InstanceOf<FormatException>());
        Assert.That(await place.RunAsync(() => 2, CancellationToken.None).WaitAsync(Patience), Is.EqualTo(2));
    }

    private static async Task RunAsync(HashQueue.Place place, Action work)
    {
        using (place)
        {
            await place.RunAsync(() =>
            {
                work();
                return true;
            }, CancellationToken.None);
        }
    }
}
