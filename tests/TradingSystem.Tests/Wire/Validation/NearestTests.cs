using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Tests.Wire.Validation;

public sealed class NearestTests
{
    private static readonly string[] Signal =
        ["action", "qty", "margin_usd", "leverage", "entry", "stop_loss", "take_profit", "confidence_pct", "reasoning", "order_type", "price"];

    [TestCase("stoploss", "stop_loss")]
    [TestCase("stopLoss", "stop_loss")]
    [TestCase("Stop-Loss", "stop_loss")]
    [TestCase("STOP_LOSS", "stop_loss")]
    [TestCase("stop_lsos", "stop_loss")]
    [TestCase("stoplos", "stop_loss")]
    [TestCase("takeprofit", "take_profit")]
    [TestCase("Qty", "qty")]
    [TestCase("qyt", "qty")]
    [TestCase("marginUsd", "margin_usd")]
    [TestCase("margin_usdt", "margin_usd")]
    [TestCase("leverge", "leverage")]
    [TestCase("Price", "price")]
    public void Another_spelling_of_a_known_name_is_told_as_that_name(string sent, string meant) => Assert.Multiple(() =>
    {
        Assert.That(Nearest.Variant(sent, Signal), Is.EqualTo(meant));
        Assert.That(Nearest.Rule(sent, Signal), Is.EqualTo($"unknown field, did you mean {meant}"));
    });

    [TestCase("margin", "margin_usd")]
    [TestCase("stop", "stop_loss")]
    [TestCase("stop_loss_price", "stop_loss")]
    [TestCase("confidence", "confidence_pct")]
    [TestCase("entry_price", "entry")]
    public void What_a_known_name_begins_with_is_no_other_spelling_but_the_nearest(string sent, string meant) => Assert.Multiple(() =>
    {
        Assert.That(Nearest.Variant(sent, Signal), Is.Null);
        Assert.That(Nearest.Of(sent, Signal), Is.EqualTo(meant));
    });

    [TestCase("strategy")]
    [TestCase("x")]
    [TestCase("")]
    [TestCase("🚀")]
    [TestCase("____")]
    public void A_stranger_has_no_nearest_and_is_told_what_there_is(string sent) => Assert.Multiple(() =>
    {
        Assert.That(Nearest.Of(sent, Signal), Is.Null);
        Assert.That(Nearest.Rule(sent, Signal), Is.EqualTo("unknown field, one of " + string.Join(", ", Signal)));
        Assert.That(Nearest.Rule("unknown parameter", sent), Is.EqualTo("unknown parameter, there are none here"));
    });

    [Test]
    public void Of_several_near_names_the_nearest_is_meant() =>
        Assert.That(Nearest.Of("max_order_qtyy", "max_order_qt", "max_order_qty", "max_open_orders"), Is.EqualTo("max_order_qty"));

    [Test]
    public void Each_known_name_is_its_own_nearest() => Assert.That(Signal.Select(n => Nearest.Variant(n, Signal)), Is.EqualTo(Signal));

    [Test]
    public void No_text_is_too_odd_to_compare() =>
        Prop.ForAll<string>(text => Nearest.Of(text ?? "", Signal) is null or { Length: > 0 }).QuickCheckThrowOnFailure();

    [Test]
    public void What_is_too_long_for_a_name_is_a_stranger() => Assert.That(Nearest.Of("stop_loss" + new string('s', 60_000), Signal), Is.Null);
}
