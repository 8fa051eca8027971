using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

using static TradingSystem.Tests.Execution.Desk.DeskRows;

namespace TradingSystem.Tests.Execution.Desk;

/// <summary>The invariants that <see cref="Reconciliation"/> names, one by one.</summary>
[TestFixture]
public sealed class ReconciliationTests
{
    private static readonly Gen<(decimal Venue, decimal A, decimal B)> Books =
        from venue in Gen.Choose(-6, 6)
        from a in Gen.Choose(-6, 6)
        from b in Gen.Choose(-6, 6)
        select ((decimal)venue, (decimal)a, (decimal)b);

    [Test]
    public void Books_that_are_the_same_have_no_difference()
    {
        Prop.ForAll(Books.ToArbitrary(), b => Positions(Snapshot(b.A + b.B), Ours(b.A, b.B)).Count == 0).QuickCheckThrowOnFailure();
        var open = Open(Row("A", DeskStates.Working));
        Assert.That(Reconciliation.Differences(Snapshot(1m, Order("A", "v1")), Ours(open, 1m)), Is.Empty);
    }

    [Test]
    public void What_is_taken_off_the_groups_leaves_them_what_the_venue_holds_on_their_side_and_turns_nothing()
    {
        Prop.ForAll(Books.ToArbitrary(), b =>
        {
            var own = b.A + b.B;
            if (Positions(Snapshot(b.Venue), Ours(b.A, b.B)) is not [var differs])
            {
                return own == b.Venue;
            }

            var left = own - (Math.Sign(own) * differs.Taken);
            var onTheirSide = own * b.Venue > 0m ? Math.Abs(b.Venue) : 0m;
            return differs.Taken >= 0m && left * own >= 0m && Math.Abs(left) == Math.Min(Math.Abs(own), onTheirSide);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void In_hedge_mode_each_bucket_is_compared_by_itself()
    {
        var snapshot = Snapshot() with { Positions = [new("BTCUSDT", PositionSide.Long, 2m, 100m), new("BTCUSDT", PositionSide.Short, -1m, 100m)] };
        var found = Positions(snapshot, new([Held(Group, 2m), Held(Other, -3m)], new(), NoOwners, PositionMode.Hedge));
        Assert.That(found.Select(d => (d.Side, d.Venue, d.Ours, d.Taken)), Is.EqualTo(new[] { ((PositionSide?)PositionSide.Short, -1m, -3m, 2m) }));
    }

    [Test]
    public void Every_order_is_told_once_and_one_that_is_open_here_is_never_cancelled()
    {
        var open = Open(Row("works", DeskStates.Working), Row("unknown", DeskStates.Unknown), Row("gone", DeskStates.Working), Row("waits"));
        var (done, justDone) = (Order("done", "v3"), Order("just done", "v4"));
        var owners = new Dictionary<VenueOrder, (string, bool)> { [done] = ("done", true), [justDone] = ("just done", false) };
        var snapshot = Snapshot(0m, Order("works", "v1"), Order("unknown", "v2"), done, justDone, Order("strange", "v5"), Order(null, "v6"));
        var found = Reconciliation.Differences(snapshot, new([], open, owners, PositionMode.OneWay));
        Assert.That(found.OfType<Difference.OrderUnclear>().Select(d => d.Order.ClientId), Is.EquivalentTo(new[] { "unknown", "gone" }));
        Assert.That(found.OfType<Difference.OrderLeftOver>().Select(d => d.ClientId), Is.EqualTo(new[] { "done" }));
        Assert.That(found.OfType<Difference.OrderForeign>().Select(d => d.Order.VenueId), Is.EqualTo(new[] { "v5", "v6" }));
        Assert.That(found, Has.Count.EqualTo(5));
    }

    [Test]
    public void A_strangers_order_is_left_alone_though_it_has_the_number_of_one_of_ours()
    {
        var (ours, strange) = (Order("done", "7") with { IsProtection = true }, Order("strange", "7"));
        var owners = new Dictionary<VenueOrder, (string, bool)> { [ours] = ("done", true) };
        var found = Reconciliation.Differences(Snapshot(0m, strange, ours), new([], Open(), owners, PositionMode.OneWay));
        Assert.That(found.OfType<Difference.OrderLeftOver>().Select(d => d.Order), Is.EqualTo(new[] { ours }));
        Assert.That(found.OfType<Difference.OrderForeign>().Select(d => d.Order), Is.EqualTo(new[] { strange }));
    }

    [Test]
    public void A_fill_that_one_of_our_orders_may_have_made_is_never_somebody_elses()
    {
        var unclear = Open(Row("A", DeskStates.Unknown));
        Assert.That(Reconciliation.OwnerOf(Fill(), null, Snapshot(), unclear), Is.EqualTo(FillOwner.Unclear));
        Assert.That(Reconciliation.OwnerOf(Fill(), null, Named(null), unclear), Is.EqualTo(FillOwner.Unclear), "the venue may name it later");
        Assert.That(Reconciliation.OwnerOf(Fill(), null, Named("strange"), unclear), Is.EqualTo(FillOwner.Foreign));
        Assert.That(Reconciliation.OwnerOf(Fill(), "A", Named("strange"), unclear), Is.EqualTo(FillOwner.Ours));
        Assert.That(Reconciliation.OwnerOf(Fill(), null, Named(null), new()), Is.EqualTo(FillOwner.Foreign));
        Assert.That(Reconciliation.OwnerOf(Fill(), null, Snapshot(), new()), Is.EqualTo(FillOwner.Unnamed));
    }

    [Test]
    public void A_fill_has_the_name_that_came_with_it_else_the_one_that_the_venue_gave_when_it_was_asked()
    {
        Assert.That(
            (Reconciliation.NameOf(Fill("own"), Named("told")), Reconciliation.NameOf(Fill(), Named("told")), Reconciliation.NameOf(Fill(), Snapshot())),
            Is.EqualTo(("own", "told", (string?)null)));
    }

    [Test]
    public void A_position_differs_for_certain_when_it_was_so_the_last_time_and_nothing_is_in_flight()
    {
        var doubts = new PositionDoubts();
        var differs = new Difference.PositionDiffers("BTCUSDT", null, 1m, 2m);
        Assert.That((Weigh(differs), Weigh(differs, isInFlight: true), Weigh(differs)), Is.EqualTo(((0, true), (0, true), (1, false))));
        Assert.That(Weigh(differs with { Venue = 0m }), Is.EqualTo((0, true)), "it moves still");
        Assert.That((Weigh(null), Weigh(differs)), Is.EqualTo(((0, false), (0, true))), "it was the same meanwhile");

        (int, bool) Weigh(Difference.PositionDiffers? d, bool isInFlight = false)
        {
            var (certain, again) = doubts.Weigh(d is null ? [] : [d], _ => isInFlight);
            return (certain.Count, again);
        }
    }

    [Test]
    public void A_position_that_differs_is_dealt_with_once_and_again_after_both_were_the_same()
    {
        var doubts = new PositionDoubts();
        var differs = new Difference.PositionDiffers("BTCUSDT", null, 0m, 2m);
        Assert.That((Dealt(differs), Dealt(differs), Dealt(differs)), Is.EqualTo((0, 1, 0)), "twice the same is certain, and then dealt with");
        Assert.That((Dealt(differs, isInFlight: true), Dealt(differs)), Is.EqualTo((0, 0)), "an order on its way does not make it another one");
        Assert.That((Dealt(null), Dealt(differs), Dealt(differs)), Is.EqualTo((0, 0, 1)), "the same figures, another loss");

        int Dealt(Difference.PositionDiffers? d, bool isInFlight = false) =>
            doubts.Weigh(d is null ? [] : [d], _ => isInFlight).Certain.Count(c => doubts.IsNew(c, isBooked: true));
    }

    [Test]
    public void A_position_that_could_only_be_told_for_want_of_a_price_is_booked_when_there_is_one()
    {
        var doubts = new PositionDoubts();
        var differs = new Difference.PositionDiffers("BTCUSDT", null, 0m, 2m);
        _ = doubts.Weigh([differs], _ => false);
        Assert.That((Dealt(false), Dealt(false), Dealt(true), Dealt(true)), Is.EqualTo((1, 0, 1, 0)));

        int Dealt(bool hasPrice) => doubts.Weigh([differs], _ => false).Certain.Count(c => doubts.IsNew(c, hasPrice));
    }

    [Test]
    public void A_trade_by_hand_is_split_among_the_groups_that_it_closes_and_turns_none()
    {
        var gen = from quantity in Gen.Choose(1, 30)
                  from buys in Gen.Elements(true, false)
                  from held in Gen.Choose(-9, 9).ArrayOf(5)
                  from fee in Gen.Choose(0, 1000)
                  select (Quantity: quantity / 4m, Signed: buys ? 1m : -1m, Held: held.Select(h => (decimal)h).ToList(), Fee: fee / 7m);
        Prop.ForAll(gen.ToArbitrary(), t =>
        {
            var fee = new BookedFee(t.Fee, "BNB", t.Fee / 300m, false);
            var (parts, left) = HandClose.Split(t.Held.Select((h, i) => (i, h)), t.Signed, t.Quantity, fee);
            return parts.Sum(p => p.Qty) + left == t.Quantity && left >= 0m
                && parts.All(p => p.Held * t.Signed < 0m && p.Qty > 0m && p.Qty <= Math.Abs(p.Held))
                && parts.Select(p => p.Position).Distinct().Count() == parts.Count
                && parts.Select(p => Math.Abs(p.Held)).SequenceEqual(parts.Select(p => Math.Abs(p.Held)).OrderDescending())
                && (left > 0m || (parts.Sum(p => p.Fee.Quote) == fee.Quote && parts.Sum(p => p.Fee.AssetQty!.Value) == fee.AssetQty));
        }).QuickCheckThrowOnFailure();
    }

    private static readonly Dictionary<VenueOrder, (string ClientId, bool IsDone)> NoOwners = [];

    private static List<Difference.PositionDiffers> Positions(VenueSnapshot snapshot, OurBooks ours) =>
        [.. Reconciliation.Differences(snapshot, ours).OfType<Difference.PositionDiffers>()];

    private static OurBooks Ours(params decimal[] held) => Ours(new OpenOrders(), held);

    private static OurBooks Ours(OpenOrders open, params decimal[] held) =>
        new([.. held.Where(h => h != 0m).Select((h, i) => Held(i == 0 ? Group : Other, h))], open, NoOwners, PositionMode.OneWay);

    private static VenueSnapshot Snapshot(decimal held = 0m, params VenueOrder[] orders) => new(
        [], orders, held == 0m ? [] : [new("BTCUSDT", null, held, 100m)], null, [], new Dictionary<string, string?>(), true, Now, Now)
    { Modes = new(null, null) };

    private static VenueSnapshot Named(string? name) => Snapshot() with { Named = new Dictionary<string, string?> { ["v9"] = name } };

    private static VenueFill Fill(string? client = null) => new("BTCUSDT", "f", "v9", client, OrderSide.Buy, null, 1m, 100m, 0m, "USDT", Now);

    private static VenueOrder Order(string? client, string venue) =>
        new() { Symbol = "BTCUSDT", ClientId = client, VenueId = venue, Side = OrderSide.Buy, Type = VenueOrderType.Market, Status = VenueOrderStatus.New, Quantity = 1m };
}
