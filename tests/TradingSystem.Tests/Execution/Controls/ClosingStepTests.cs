using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Controls;

/// <summary>When a command makes another closing order, when it waits and when it gives up.</summary>
[TestFixture]
public sealed class ClosingStepTests
{
    [Test]
    public void A_position_is_done_when_it_is_flat_and_nothing_of_it_is_in_a_book()
    {
        Assert.That(Next(0m, [Attempt("closed")]).Doing, Is.EqualTo(ClosingDoing.Done));
        var left = Next(0m, [Attempt("closed")], ordersLeft: true);
        Assert.That((left.Doing, left.Code?.Word), Is.EqualTo((ClosingDoing.Waits, "ORDERS_LEFT")));
    }

    [TestCase("accepted", null, "CLOSING")]
    [TestCase("submitted", null, "CLOSING")]
    [TestCase("partially_filled", null, "CLOSING")]
    [TestCase("unknown", null, "OUTCOME_UNKNOWN")]
    [TestCase("accepted", "WAITING_FOR_PRICE", "WAITING_FOR_PRICE")]
    [TestCase("submitted", "WAITING_FOR_VENUE", "WAITING_FOR_VENUE")]
    public void A_closing_order_that_is_out_is_waited_for_however_long(string status, string? reason, string code)
    {
        var step = Next(1m, [Attempt(status, reason)], after: TimeSpan.FromDays(1));
        Assert.That((step.Doing, step.Code?.Word), Is.EqualTo((ClosingDoing.Waits, code)));
        Assert.That(Next(0m, [Attempt(status, reason)]).Doing, Is.EqualTo(ClosingDoing.Waits), "flat books do not end an order that may still fill");
    }

    [TestCase("rejected", "VENUE_BUSY")]
    [TestCase("canceled", "VENUE_CANCELED")]
    [TestCase("filled", null)]
    public void One_that_ended_without_closing_is_followed_by_another_after_a_growing_pause_until_a_person_is_told(string status, string? reason)
    {
        TimeSpan? before = null;
        for (var made = 1; made < ClosingStep.MostAttempts; made++)
        {
            var attempts = Enumerable.Repeat(Attempt(status, reason), made).ToList();
            Assert.That(Next(1m, attempts).Doing, Is.EqualTo(ClosingDoing.Waits), "not at once");
            var pause = Enumerable.Range(1, 120).Select(s => TimeSpan.FromSeconds(s)).First(s => Next(1m, attempts, after: s).Doing == ClosingDoing.Due);
            Assert.That(pause, Is.GreaterThanOrEqualTo(before ?? TimeSpan.Zero));
            before = pause;
        }

        var end = Next(1m, [.. Enumerable.Repeat(Attempt(status, reason), ClosingStep.MostAttempts)], after: TimeSpan.FromDays(1));
        Assert.That((end.Doing, end.Code?.Word), Is.EqualTo((ClosingDoing.GivenUp, reason ?? "NOT_FLAT")));
    }

    [Test]
    public void What_only_a_person_can_change_is_told_to_one_soon()
    {
        var end = Next(1m, [.. Enumerable.Repeat(Attempt("rejected", "ACCOUNT_UNUSABLE"), ClosingStep.MostAttemptsInVain)], after: TimeSpan.FromDays(1));
        Assert.That((end.Doing, end.Code?.Word), Is.EqualTo((ClosingDoing.GivenUp, "ACCOUNT_UNUSABLE")));
    }

    [Test]
    public void What_is_opened_after_a_position_was_closed_is_left_alone_unless_the_command_lets_nothing_be_opened()
    {
        Assert.That(Next(1m, [Attempt("closed")], holds: false, after: TimeSpan.FromDays(1)).Doing, Is.EqualTo(ClosingDoing.Done));
        Assert.That(Next(1m, [Attempt("closed")], holds: true, after: TimeSpan.FromDays(1)).Doing, Is.EqualTo(ClosingDoing.Due));
    }

    [Test]
    public void What_is_opened_after_somebody_else_closed_the_position_first_is_left_alone()
    {
        Assert.That(Next(1m, [Attempt("rejected", "NO_POSITION")], holds: false, after: TimeSpan.FromDays(1)).Doing, Is.EqualTo(ClosingDoing.Done));
        Assert.That(Next(1m, [Attempt("rejected", "NO_POSITION")], holds: true, after: TimeSpan.FromDays(1)).Doing, Is.EqualTo(ClosingDoing.Due));
    }

    [Test]
    public void Another_commands_closing_order_is_waited_for_and_uses_up_no_attempt()
    {
        var waits = Next(1m, [], isClosedByOther: true, after: TimeSpan.FromDays(1));
        Assert.That((waits.Doing, waits.Code?.Word), Is.EqualTo((ClosingDoing.Waits, "CLOSE_PENDING")));
        Assert.That(Next(0m, [Attempt("closed")], isClosedByOther: true).Doing, Is.EqualTo(ClosingDoing.Done));
    }

    [Test]
    public void Nothing_is_called_done_that_is_not_flat_and_no_order_is_made_while_one_is_out()
    {
        string[] statuses = ["accepted", "submitted", "partially_filled", "unknown", "filled", "closed", "rejected", "canceled"];
        var cases = from qty in Gen.Elements(-1m, 0m, 2m)
                    from made in Gen.Elements(statuses).ListOf()
                    from left in Gen.Elements(true, false)
                    from afterS in Gen.Choose(0, 500)
                    select (qty, made: made.ToList(), left, afterS);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var step = Next(c.qty, [.. c.made.Select(s => Attempt(s))], c.left, TimeSpan.FromSeconds(c.afterS));
            var isOut = c.made.Count > 0 && OrderStatus.IsOpen(c.made[^1]);
            return (step.Doing != ClosingDoing.Done || (c.qty == 0m && !c.left && !isOut))
                && (step.Doing != ClosingDoing.Due || (c.qty != 0m && !isOut && c.made.Count < ClosingStep.MostAttempts))
                && (step.Doing == ClosingDoing.Done || (step.Code is not null && step.Message.Length >= 0));
        }).QuickCheckThrowOnFailure();
    }

    private static ClosingStep Next(
        decimal qty, IReadOnlyList<Order> attempts, bool ordersLeft = false, TimeSpan after = default, bool holds = true, bool isClosedByOther = false) =>
        ClosingStep.Next(holds, qty, attempts, ordersLeft, isClosedByOther, Now + after);

    private static Order Attempt(string status, string? reason = null) => new()
    {
        ClientOrderId = "c",
        GroupName = "demo",
        Mode = "sandbox",
        Symbol = "BTCUSDT",
        Action = "CLOSE",
        Type = "market",
        Status = status,
        ReasonCode = reason,
        ReasonMessage = reason,
        UpdatedAt = Now,
    };
}
