using System.Text;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.Tests.Wire.Frames;

/// <summary>Signals that are raised later.</summary>
public sealed class ScheduleFrameTests
{
    private const string Head = """ "type":"event","targets":["*"],"payload":"p" """;
    private static readonly DateTimeOffset At = new(2031, 1, 14, 13, 30, 0, TimeSpan.Zero);

    [Test]
    public void A_time_is_read_as_it_is_sent()
    {
        var frame = (EventFrame)Parse($$"""{{{Head}},"event_type":"scheduled","trigger_at":"2031-01-14T14:30:00+01:00","title":"t","event_key":"k"}""").Frame!;
        Assert.That((frame.Schedule, frame.When, frame.Key), Is.EqualTo((new ScheduleTerms(At, null), (PriceTerms?)null, "k")));
    }

    [Test]
    public void What_a_calendar_leaves_out_has_its_defaults()
    {
        var least = (EventFrame)Parse($$$"""{{{{Head}}},"event_type":"scheduled","schedule":{"cron":"0 9 * * *"}}""").Frame!;
        var most = (EventFrame)Parse(
            $$$$"""{{{{{Head}}}},"event_type":"scheduled","schedule":{"cron":"0 9 * * *","zone":"Asia/Tokyo","late":{"policy":"fire_all","within_s":5},"overlap":"queue_one","until":"2031-01-14T13:30:00Z"}}""").Frame!;
        Assert.That(least.Schedule!.Cron, Is.EqualTo(new CronTerms("0 9 * * *", "UTC", "fire_once", 60, "skip", null)));
        Assert.That(most.Schedule!.Cron, Is.EqualTo(new CronTerms("0 9 * * *", "Asia/Tokyo", "fire_all", 5, "queue_one", At)));
    }

    [Test]
    public void A_condition_is_a_price_that_compares_so()
    {
        var frame = (EventFrame)Parse(
            $$$"""{{{{Head}}},"event_type":"conditional","condition":{"domain":"price","symbol":"btcusdt","op":"lt","value":"60000.5","trace":{"correlation_id":"c"}},"valid_until":"2031-01-14T13:30:00Z"}""").Frame!;
        Assert.That((frame.When, frame.ValidUntil, frame.CorrelationId), Is.EqualTo((new PriceTerms("BTCUSDT", "lt", 60000.5m), (DateTimeOffset?)At, "c")));
    }

    [TestCase("scheduled", "\"priority\":5", "trigger_at")]
    [TestCase("scheduled", "\"trigger_at\":\"2031-01-14T13:30:00Z\",\"schedule\":{\"cron\":\"0 9 * * *\"}", "schedule")]
    [TestCase("scheduled", "\"trigger_at\":\"tomorrow\"", "trigger_at")]
    [TestCase("scheduled", "\"trigger_at\":\"2031-01-14T13:30:00\"", "trigger_at")]
    [TestCase("scheduled", "\"trigger_on\":\"2031-01-14T13:30:00Z\"", "trigger_on")]
    [TestCase("scheduled", "\"trigger_at\":\"2031-01-14T13:30:00Z\",\"valid_until\":\"2031-01-14T13:30:00Z\"", "valid_until")]
    [TestCase("scheduled", "\"schedule\":{}", "schedule.cron")]
    [TestCase("scheduled", "\"schedule\":{\"cron\":\"0 9 * * *\",\"util\":\"2031-01-14T13:30:00Z\"}", "schedule.util")]
    [TestCase("scheduled", "\"schedule\":{\"cron\":\"0 9 * * *\",\"overlap\":\"queue\"}", "schedule.overlap")]
    [TestCase("scheduled", "\"schedule\":{\"cron\":\"0 9 * * *\",\"late\":{\"policy\":\"never\"}}", "schedule.late.policy")]
    [TestCase("scheduled", "\"schedule\":{\"cron\":\"0 9 * * *\",\"late\":{\"within_s\":0}}", "schedule.late.within_s")]
    [TestCase("scheduled", "\"schedule\":{\"cron\":\"0 9 * * *\",\"late\":{\"policy\":\"skip\",\"within_s\":9}}", "schedule.late.within_s")]
    [TestCase("conditional", "\"title\":\"t\"", "condition")]
    [TestCase("conditional", "\"condition\":{\"domain\":\"volume\",\"symbol\":\"X\",\"op\":\"lt\",\"value\":1}", "condition.domain")]
    [TestCase("conditional", "\"condition\":{\"domain\":\"price\",\"op\":\"lt\",\"value\":1}", "condition.symbol")]
    [TestCase("conditional", "\"condition\":{\"domain\":\"price\",\"symbol\":\"X\",\"op\":\"<\",\"value\":1}", "condition.op")]
    [TestCase("conditional", "\"condition\":{\"domain\":\"price\",\"symbol\":\"X\",\"op\":\"lt\"}", "condition.value")]
    [TestCase("conditional", "\"condition\":{\"domain\":\"price\",\"symbol\":\"X\",\"op\":\"lt\",\"value\":0}", "condition.value")]
    [TestCase("conditional", "\"condition\":{\"domain\":\"price\",\"symbol\":\"X\",\"op\":\"lt\",\"value\":\"NaN\"}", "condition.value")]
    [TestCase("conditional", "\"condition\":{\"domain\":\"price\",\"symbol\":\"X\",\"op\":\"lt\",\"value\":1,\"for_s\":5}", "condition.for_s")]
    [TestCase("conditional", "\"condition\":{\"domain\":\"price\",\"symbol\":\"X\",\"op\":\"lt\",\"value\":1},\"trigger_at\":\"2031-01-14T13:30:00Z\"", "trigger_at")]
    public void What_is_wrong_is_refused_by_its_path(string type, string fields, string path)
    {
        var parsed = Parse($$"""{{{Head}},"event_type":"{{type}}",{{fields}}}""");
        Assert.That(parsed.Frame, Is.Null);
        Assert.That(parsed.Errors.Select(e => e.Path), Does.Contain(path));
    }

    [Test]
    public void A_trigger_cancels_a_schedule_by_its_id()
    {
        var id = Guid.NewGuid();
        Assert.That(Parse($$"""{"type":"cancel","schedule_id":"{{id}}"}""").Frame, Is.EqualTo(new CancelFrame(null, id, null, null)));
        Assert.That(Parse($$"""{"type":"cancel","schedule_id":"{{id}}","all":true}""").Errors.Single().Path, Is.EqualTo("all"));
        Assert.That(Parse($$"""{"type":"cancel","schedule_id":"{{id}}","decision_id":"d"}""").Errors.Single().Path, Is.EqualTo("schedule_id"));
        Assert.That(Parse("""{"type":"cancel","schedule_id":"mine"}""").Errors.Single().Path, Is.EqualTo("schedule_id"));
    }

    private static ParseResult Parse(string frame) => FrameParser.Parse(Encoding.UTF8.GetBytes(frame), Dialect.Type);
}
