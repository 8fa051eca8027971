using System.Net;
using NUnit.Framework;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Tests.Trigger.Hooks;

[TestFixture]
public sealed class HookRoomsTests
{
    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Other = IPAddress.Parse("192.0.2.2");

    [Test]
    public void An_address_has_its_share_while_bodies_are_read_and_no_other_pays_for_it()
    {
        var rooms = new HookRooms();
        var taken = Enumerable.Range(0, HookRooms.MostOfOne).Select(_ => rooms.TryEnter(One)).ToList();
        Assert.That((taken.Contains(null), rooms.TryEnter(One), rooms.TryEnter(Other) is not null), Is.EqualTo((false, (HookRooms.Room?)null, true)));
        taken[0]!.HasRead();
        Assert.That((rooms.TryEnter(One) is not null, rooms.TryEnter(One)), Is.EqualTo((true, (HookRooms.Room?)null)), "one was read");
    }

    [TestCase("2001:db8::1", "2001:db8::ffff:2", true)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("2001:db8::1", "2001:db8:0:1::1", false)]
    public void A_network_of_one_customer_has_one_share(string one, string other, bool isSame)
    {
        var rooms = new HookRooms();
        for (var i = 0; i < HookRooms.MostOfOne; i++)
        {
            rooms.TryEnter(IPAddress.Parse(one));
        }

        Assert.That(rooms.TryEnter(IPAddress.Parse(other)) is null, Is.EqualTo(isSame));
    }

    [Test]
    public void All_together_have_so_many_rooms_whether_or_not_bodies_are_read()
    {
        var rooms = new HookRooms();
        var taken = new List<HookRooms.Room>();
        while (rooms.TryEnter(One) is { } room)
        {
            room.HasRead();
            taken.Add(room);
        }

        Assert.That((taken.Count, rooms.TryEnter(Other)), Is.EqualTo((HookRooms.Most, (HookRooms.Room?)null)));
        taken[0].Dispose();
        taken[0].Dispose();
        Assert.That((rooms.TryEnter(Other) is not null, rooms.TryEnter(Other)), Is.EqualTo((true, (HookRooms.Room?)null)), "given back twice it is one");
    }

    [Test]
    public void Where_nobody_knows_whose_they_are_no_address_has_a_share()
    {
        var rooms = new HookRooms();
        var taken = Enumerable.Range(0, HookRooms.Most).Select(_ => rooms.TryEnter(null)).ToList();
        Assert.That((taken.Contains(null), rooms.TryEnter(null)), Is.EqualTo((false, (HookRooms.Room?)null)));
    }

    [Test]
    public void Addresses_are_forgotten_with_their_last_body()
    {
        var rooms = new HookRooms();
        var taken = Enumerable.Range(1, 100).Select(n => rooms.TryEnter(new IPAddress([192, 0, 2, (byte)n]))!).ToList();
        Assert.That(rooms.Addresses, Is.EqualTo(100));
        taken[..50].ForEach(r => r.HasRead());
        taken[50..].ForEach(r => r.Dispose());
        Assert.That(rooms.Addresses, Is.Zero);
    }
}
