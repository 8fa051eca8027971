using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Tests.Execution.Desk;

[TestFixture]
public sealed class DeskMachineTests
{
    private static readonly DateTimeOffset Now = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeskTerms Terms = new(SendDeadline: TimeSpan.FromSeconds(11), ProofAfter: TimeSpan.FromSeconds(7), MaxDecisionAge: TimeSpan.FromSeconds(30));
    private static readonly DeskMachine Machine = new(Terms);

    [Test]
    public void An_order_that_is_sent_accepted_and_filled_tells_each_step_once()
    {
        var order = Order();
        Assert.That(Machine.Send(order, Now), Is.EqualTo(DeskNews.Submitted));
        Assert.That(order.State, Is.EqualTo(DeskStates.Sending));
        Assert.That(Machine.Answered(order, Accepted(), Now), Is.EqualTo(DeskNews.None));
        Assert.That((order.State, order.VenueOrderId), Is.EqualTo((DeskStates.Working, "v1")));
        Assert.That(Machine.Booked(order, 0.4m, 100m, 0.1m, 0m, Now), Is.EqualTo(DeskNews.PartiallyFilled));
        Assert.That(Machine.Booked(order, 0.6m, 110m, 0.2m, 0m, Now), Is.EqualTo(DeskNews.Filled));
        Assert.That((order.State, order.Filled, order.AvgPrice, order.Fee), Is.EqualTo((DeskStates.Filled, 1m, 106m, 0.3m)));
    }

    [Test]
    public void Only_what_is_pending_may_be_sent_or_refused([Values("sending", "working", "unknown", "held", "filled", "canceled", "rejected")] string state)
    {
        var order = Order(state);
        Assert.Throws<InvalidOperationException>(() => Machine.Send(order, Now));
        Assert.Throws<InvalidOperationException>(() => Machine.Refuse(order, Refusals.NotPlaced));
        Assert.That(order.State, Is.EqualTo(state));
    }

    [Test]
    public void An_answer_that_is_not_definite_is_unknown_and_asked_for_at_the_agreed_times()
    {
        var order = Sent();
        Machine.Answered(order, VenueReply.Unknown<OrderAck>("timeout"), Now);
        Assert.That(order.State, Is.EqualTo(DeskStates.Unknown));
        var looks = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            looks.Add((order.CheckAt - Now).TotalSeconds);
            Machine.NotSeen(order, order.CheckAt);
        }

        // 7 s is when its absence can be proven.
        Assert.That(looks, Is.EqualTo(new[] { 0.5, 1, 2, 5, 7, 12 }));
    }

    [Test]
    public void A_client_id_that_is_in_use_may_be_ours_and_is_looked_for()
    {
        var order = Sent();
        Machine.Answered(order, Refused(RefusalMeaning.Duplicate), Now);
        Assert.That(order.State, Is.EqualTo(DeskStates.Unknown));
    }

    [Test]
    public void A_passing_refusal_may_be_tried_again_twice([Values(RefusalMeaning.Busy, RefusalMeaning.RateLimited, RefusalMeaning.Clock)] RefusalMeaning meaning)
    {
        var order = Order();
        for (var send = 1; send <= 2; send++)
        {
            Machine.Send(order, Now);
            Assert.That(Machine.Answered(order, Refused(meaning), Now), Is.EqualTo(DeskNews.None));
            Assert.That((order.State, order.CheckAt > Now), Is.EqualTo((DeskStates.Pending, true)));
        }

        Machine.Send(order, Now);
        Assert.That(Machine.Answered(order, Refused(meaning), Now), Is.EqualTo(DeskNews.Rejected));
        Assert.That((order.State, order.Sends), Is.EqualTo((DeskStates.Rejected, 3)));
    }

    [Test]
    public void For_want_of_a_price_on_our_own_exchange_an_order_is_not_given_up()
    {
        var order = Order();
        for (var send = 0; send < 20; send++)
        {
            Machine.Send(order, Now);
            var stale = VenueReply.Refused<OrderAck>(RefusalMeaning.Busy, TradingSystem.Venues.Simulated.SimulatedVenue.PriceStale, "no price");
            Assert.That(Machine.Answered(order, stale, Now), Is.EqualTo(DeskNews.None));
            Assert.That((order.State, order.Sends), Is.EqualTo((DeskStates.Pending, 0)));
        }
    }

    [Test]
    public void Every_other_refusal_is_final([Values] RefusalMeaning meaning)
    {
        Assume.That(meaning is not (RefusalMeaning.Busy or RefusalMeaning.RateLimited or RefusalMeaning.Clock or RefusalMeaning.Duplicate));
        var order = Sent();
        Assert.That(Machine.Answered(order, Refused(meaning), Now), Is.EqualTo(DeskNews.Rejected));
        Assert.That((order.State, order.ReasonCode, order.ReasonValue), Is.EqualTo((DeskStates.Rejected, Refusals.Code(meaning).Word, "-1")));
    }

    [Test]
    public void A_wait_that_the_venue_asks_for_is_kept()
    {
        var order = Sent();
        Machine.Answered(order, VenueReply.Refused<OrderAck>(new(RefusalMeaning.RateLimited, "429", "", TimeSpan.FromSeconds(7))), Now);
        Assert.That(order.CheckAt, Is.EqualTo(Now.AddSeconds(7)));
    }

    [Test]
    public void What_the_adapter_kept_back_is_no_request_and_is_told_once()
    {
        var order = Order();
        var told = new List<DeskNews>();
        for (var i = 0; i < 10; i++)
        {
            told.Add(Machine.Send(order, Now));
            told.Add(Machine.Answered(order, VenueReply.Refused<OrderAck>(RefusalMeaning.RateLimited, "OWN_LIMIT", ""), Now));
        }

        Assert.That((order.State, order.Sends, told.Count(t => t == DeskNews.Submitted)), Is.EqualTo((DeskStates.Pending, 0, 1)));
        Assert.That(told, Has.None.EqualTo(DeskNews.Rejected));
    }

    [Test]
    public void A_leg_whose_trigger_was_met_and_became_no_order_is_seen()
    {
        var order = Sent();
        Machine.Found(order, Told(VenueOrderStatus.Triggering), Now);
        Assert.That((order.State, order.ReasonCode), Is.EqualTo((DeskStates.Working, ReasonCodes.Triggering.Word)));
        Machine.Found(order, Told(VenueOrderStatus.Triggered) with { TriggeredOrderId = "child" }, Now);
        Assert.That((order.ReasonCode, order.TriggeredOrderId), Is.EqualTo(((string?)null, "child")));
    }

    [Test]
    public void What_is_found_sending_at_a_start_is_unknown_and_its_sender_may_live_until_its_deadline()
    {
        var order = Sent();
        Machine.Abandoned(order, Now.AddSeconds(3));
        Assert.That((order.State, order.UnknownAt, order.CheckAt), Is.EqualTo((DeskStates.Unknown, Now.AddSeconds(11), Now.AddSeconds(3))));
        Assert.That(Machine.IsProvable(order, Now.AddSeconds(17.9)), Is.False);
        Assert.That(Machine.IsProvable(order, Now.AddSeconds(18)), Is.True);
    }

    [Test]
    public void What_was_never_sent_is_untouched_by_a_start()
    {
        var order = Order();
        Machine.Abandoned(order, Now.AddSeconds(3));
        Assert.That((order.State, order.CheckAt), Is.EqualTo((DeskStates.Pending, Now)));
    }

    [Test]
    public void A_proven_absence_sends_a_young_order_once_more_and_no_third_time()
    {
        var order = Unknown();
        Assert.That(Machine.Absent(order, young: true, Now), Is.EqualTo(DeskNews.None));
        Assert.That(order.State, Is.EqualTo(DeskStates.Pending));
        Assert.That(Machine.Send(order, Now), Is.EqualTo(DeskNews.None), "it was told before");
        Machine.Answered(order, VenueReply.Unknown<OrderAck>("timeout"), Now);
        Assert.That(Machine.Absent(order, young: true, Now), Is.EqualTo(DeskNews.Rejected));
        Assert.That((order.State, order.ReasonCode), Is.EqualTo((DeskStates.Rejected, "NOT_PLACED")));
    }

    [Test]
    public void A_proven_absence_of_an_old_order_is_its_end()
    {
        var order = Unknown();
        Assert.That(Machine.Absent(order, young: false, Now), Is.EqualTo(DeskNews.Rejected));
        Assert.That(order.ReasonCode, Is.EqualTo("NOT_PLACED"));
    }

    [Test]
    public void What_the_venue_has_taken_once_is_never_sent_again_even_if_it_forgot()
    {
        var order = Sent();
        Machine.Answered(order, Accepted(), Now);
        Machine.NotSeen(order, Now.AddSeconds(60));
        Assert.That(order.State, Is.EqualTo(DeskStates.Unknown));
        Assert.That(Machine.Absent(order, young: true, Now.AddSeconds(70)), Is.EqualTo(DeskNews.Canceled));
        Assert.That((order.State, order.ReasonCode, order.Sends), Is.EqualTo((DeskStates.Canceled, "ORDER_VANISHED", 1)));
    }

    [Test]
    public void What_stays_unknown_for_a_minute_is_held_once_and_can_still_be_found()
    {
        var order = Unknown();
        Assert.That(Machine.NotSeen(order, Now.AddSeconds(59)), Is.EqualTo(DeskNews.None));
        Assert.That(Machine.NotSeen(order, Now.AddSeconds(60)), Is.EqualTo(DeskNews.Unknown));
        Assert.That(order.State, Is.EqualTo(DeskStates.Held));
        Assert.That(Machine.NotSeen(order, Now.AddSeconds(70)), Is.EqualTo(DeskNews.None));
        Machine.Found(order, Told(VenueOrderStatus.New), Now.AddSeconds(80));
        Assert.That(order.State, Is.EqualTo(DeskStates.Working));
    }

    [Test]
    public void An_end_counts_only_when_its_fills_are_booked()
    {
        var order = Sent();
        Assert.That(Machine.Found(order, Told(VenueOrderStatus.Filled, 1m), Now), Is.EqualTo(DeskNews.None));
        Assert.That(order.State, Is.EqualTo(DeskStates.Working));
        Assert.That(Machine.Booked(order, 1m, 100m, 0m, 0m, Now), Is.EqualTo(DeskNews.Filled));
    }

    [Test]
    public void A_cancelled_order_keeps_what_was_filled_and_a_late_fill_counts()
    {
        var order = Sent();
        Machine.Booked(order, 0.4m, 100m, 0m, 0m, Now);
        Assert.That(Machine.Found(order, Told(VenueOrderStatus.Cancelled, 0.4m), Now), Is.EqualTo(DeskNews.Canceled));
        Assert.That(Machine.Booked(order, 0.1m, 100m, 0m, 0m, Now), Is.EqualTo(DeskNews.PartiallyFilled));
        Assert.That((order.State, order.Filled), Is.EqualTo((DeskStates.Canceled, 0.5m)));
    }

    [Test]
    public void A_rejection_after_the_acknowledgement_is_a_rejection()
    {
        var order = Sent();
        Machine.Answered(order, Accepted(), Now);
        Assert.That(Machine.Found(order, Told(VenueOrderStatus.Rejected) with { Reason = "EC_NoEnoughQtyToFill" }, Now), Is.EqualTo(DeskNews.Rejected));
        Assert.That((order.State, order.ReasonMessage), Is.EqualTo((DeskStates.Rejected, "EC_NoEnoughQtyToFill")));
    }

    [Test]
    public void A_stream_that_is_faster_than_the_answer_wins()
    {
        var order = Sent();
        Machine.Booked(order, 1m, 100m, 0m, 0m, Now);
        Assert.That(Machine.Answered(order, VenueReply.Unknown<OrderAck>("timeout"), Now), Is.EqualTo(DeskNews.None));
        Assert.That(Machine.Answered(order, Refused(RefusalMeaning.Margin), Now), Is.EqualTo(DeskNews.None));
        Assert.That(order.State, Is.EqualTo(DeskStates.Filled));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Whatever_happens_in_whatever_order_a_second_request_follows_only_a_certain_failure()
    {
        var events = Gen.Elements(Enumerable.Range(0, 12).ToArray()).ArrayOf();
        return Prop.ForAll(events.ToArbitrary(), steps =>
        {
            var order = Order();
            var now = Now;
            var certain = true;
            var taken = false;
            foreach (var step in steps)
            {
                now += TimeSpan.FromSeconds(2);
                if (order.State == DeskStates.Pending)
                {
                    if (!certain || taken)
                    {
                        return false;
                    }

                    Machine.Send(order, now);
                    certain = false;
                    continue;
                }

                switch (step)
                {
                    case 0:
                        taken |= order.IsOpen;
                        Machine.Answered(order, Accepted(), now);
                        break;
                    case 1:
                        certain |= order.State == DeskStates.Sending;
                        Machine.Answered(order, Refused(RefusalMeaning.Busy), now);
                        break;
                    case 2 or 3:
                        Machine.Answered(order, VenueReply.Unknown<OrderAck>("reset"), now);
                        break;
                    case 4:
                        Machine.Abandoned(order, now);
                        break;
                    case 5 or 6:
                        Machine.NotSeen(order, now);
                        break;
                    case 7:
                        certain |= order.IsUncertain;
                        Machine.Absent(order, young: true, now);
                        break;
                    case 8:
                        taken |= order.IsOpen;
                        Machine.Found(order, Told(VenueOrderStatus.New), now);
                        break;
                    case 9:
                        taken |= order.IsOpen;
                        Machine.Found(order, Told(VenueOrderStatus.Cancelled, order.Filled), now);
                        break;
                    case 10 when order.Filled < 1m:
                        taken = true;
                        Machine.Booked(order, 0.25m, 100m, 0m, 0m, now);
                        break;
                    default:
                        Machine.Answered(order, Refused(RefusalMeaning.Duplicate), now);
                        break;
                }
            }

            return order.Filled <= 1m && order.Sends <= DeskTerms.MostSends;
        });
    }

    private static DeskOrder Order(string state = DeskStates.Pending) => new()
    {
        ClientId = "AAAAAAAAAAAAAAAAAAAAAAAAAAE",
        Leg = DeskLegs.Entry,
        Symbol = "BTCUSDT",
        Side = "BUY",
        Qty = 1m,
        Type = "market",
        State = state,
        CheckAt = Now,
        CreatedAt = Now,
    };

    private static DeskOrder Sent()
    {
        var order = Order();
        Machine.Send(order, Now);
        return order;
    }

    private static DeskOrder Unknown()
    {
        var order = Sent();
        Machine.Answered(order, VenueReply.Unknown<OrderAck>("timeout"), Now);
        return order;
    }

    private static VenueReply<OrderAck> Accepted() => VenueReply.Accepted(new OrderAck("v1", "AAAAAAAAAAAAAAAAAAAAAAAAAAE"));

    private static VenueReply<OrderAck> Refused(RefusalMeaning meaning) => VenueReply.Refused<OrderAck>(meaning, "-1", "no");

    private static VenueOrder Told(VenueOrderStatus status, decimal filled = 0m) => new()
    {
        Symbol = "BTCUSDT",
        VenueId = "v1",
        ClientId = "AAAAAAAAAAAAAAAAAAAAAAAAAAE",
        Side = OrderSide.Buy,
        Type = VenueOrderType.Market,
        Status = status,
        Quantity = 1m,
        Filled = filled,
    };
}
