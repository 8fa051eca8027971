using FsCheck;
using NUnit.Framework;
using TradingSystem.Hosting.Delivery;

namespace TradingSystem.Tests.Hosting.Delivery;

[TestFixture]
public sealed class DeliveryOrderTests
{
    private readonly object _channel = new();
    private DeliveryOrder<long> _order = null!;

    [SetUp]
    public void Start() => _order = new();

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public bool However_threads_overtake_each_other_the_queues_order_comes_out(PositiveInt count, int seed)
    {
        var order = new DeliveryOrder<long>();
        var arrivals = Enumerable.Range(1, count.Get).Select(n => (long)n).ToArray();
        new Random(seed).Shuffle(arrivals);
        var taken = new List<long>();
        foreach (var number in arrivals)
        {
            order.TryAdd(new(_channel, number), number, out _);
            while (order.TryTake(out var next))
            {
                taken.Add(next);
            }
        }

        return taken.SequenceEqual(Enumerable.Range(1, count.Get).Select(n => (long)n)) && !order.HasHole;
    }

    [Test]
    public void Nothing_passes_a_delivery_that_is_still_on_its_way()
    {
        Add(2, 3);
        Assert.That(Taken(), Is.Empty);
        Assert.That((_order.HasHole, _order.Next), Is.EqualTo((true, 1)));
        Add(1);
        Assert.That(Taken(), Is.EqualTo(new long[] { 1, 2, 3 }));
    }

    [Test]
    public void One_that_never_comes_is_skipped_when_told_so()
    {
        Add(1, 3, 4, 6);
        Assert.That(Taken(), Is.EqualTo(new long[] { 1 }));
        _order.SkipHole();
        Assert.That(Taken(), Is.EqualTo(new long[] { 3, 4 }));
        _order.SkipHole();
        Assert.That(Taken(), Is.EqualTo(new long[] { 6 }));
        _order.SkipHole();
        Assert.That(_order.HasHole, Is.False);
    }

    [Test]
    public void One_that_is_tried_again_has_had_its_place()
    {
        Add(1, 2);
        Taken();
        Add(1);
        Assert.That(Taken(), Is.EqualTo(new long[] { 1 }));
        Add(3);
        Assert.That(Taken(), Is.EqualTo(new long[] { 3 }));
    }

    [Test]
    public void A_new_channel_counts_anew_and_what_waited_for_the_old_one_is_given_back()
    {
        Add(1, 3);
        var next = new object();
        Assert.That(_order.TryAdd(new(next, 1), 10, out var dropped), Is.True);
        Assert.That(dropped, Is.EqualTo(new long[] { 3 }));
        Assert.That(Taken(), Is.EqualTo(new long[] { 1, 10 }));
    }

    [Test]
    public void A_straggler_of_a_closed_channel_is_turned_away_because_it_comes_again()
    {
        Add(1);
        _order.TryAdd(new(new object(), 1), 10, out _);
        Taken();
        Assert.That(_order.TryAdd(new(_channel, 2, () => false), 2, out _), Is.False);
        Assert.That(Taken(), Is.Empty);
    }

    [Test]
    public void Without_a_stream_they_come_as_they_came()
    {
        _order.TryAdd(default, 5, out _);
        _order.TryAdd(default, 4, out _);
        Assert.That(Taken(), Is.EqualTo(new long[] { 5, 4 }));
    }

    private void Add(params long[] numbers)
    {
        foreach (var number in numbers)
        {
            Assert.That(_order.TryAdd(new(_channel, number), number, out _), Is.True);
        }
    }

    private long[] Taken()
    {
        var taken = new List<long>();
        while (_order.TryTake(out var next))
        {
            taken.Add(next);
        }

        return [.. taken];
    }
}
