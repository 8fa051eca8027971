using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Schedules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger.Schedules;

/// <summary>What becomes of times that have come.</summary>
public sealed class ScheduleTimesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [TestCase(0, "+0s raised; done")]
    [TestCase(60, "+0s raised; done")]
    [TestCase(61, "+0s late; done")]
    public void A_single_time_is_raised_up_to_a_minute_late(int late, string expected) =>
        Assert.That(Told(Once(), Noon, Noon.AddSeconds(late)), Is.EqualTo(expected));

    [Test]
    public void A_time_that_is_finer_than_the_database_keeps_falls_due_once()
    {
        var times = ScheduleTimes.Of(Signal() with { TriggerAt = Noon.AddTicks(12_345_678) });
        var due = times.Next(Noon)!.Value;
        Assert.That((due, times.Due(due, due, 0, isOn: true).Next), Is.EqualTo((Noon.AddTicks(12_345_670), (DateTimeOffset?)null)));
    }

    [TestCase(LatePolicies.FireOnce, 60, 0, "+0s raised; next +60s")]
    [TestCase(LatePolicies.FireOnce, 600, 180, "+0s late x3, +180s raised; next +240s")]
    [TestCase(LatePolicies.FireOnce, 90, 290, "+0s late x4, +240s raised; next +300s")]
    [TestCase(LatePolicies.FireOnce, 30, 290, "+0s late x5; next +300s")]
    [TestCase(LatePolicies.FireAll, 600, 180, "+0s raised, +60s raised, +120s raised, +180s raised; next +240s")]
    [TestCase(LatePolicies.FireAll, 100, 290, "+0s late x4, +240s raised; next +300s")]
    [TestCase(LatePolicies.FireAll, 30, 290, "+0s late x5; next +300s")]
    [TestCase(LatePolicies.Skip, 60, 5, "+0s raised; next +60s")]
    [TestCase(LatePolicies.Skip, 60, 6, "+0s late; next +60s")]
    [TestCase(LatePolicies.Skip, 60, 123, "+0s late x2, +120s raised; next +180s")]
    public void Of_those_that_nobody_raised_in_time_the_policy_says_which_are(string policy, int within, int late, string expected) =>
        Assert.That(Told(Minutes(policy, within), Noon, Noon.AddSeconds(late)), Is.EqualTo(expected));

    [Test]
    public void Where_each_is_to_be_raised_they_come_so_many_at_a_time_and_none_is_left_out()
    {
        var (times, now) = (Minutes(LatePolicies.FireAll, 86_400), Noon.AddHours(4));
        var first = times.Due(Noon, now, 0, isOn: true);
        var rest = new List<DueTime>(first.Handled);
        Assert.That(first.Handled, Has.Count.EqualTo(ScheduleTimes.MostAtOnce));
        for (var due = first.Next; due <= now;)
        {
            var next = times.Due(due.Value, now, 0, isOn: true);
            rest.AddRange(next.Handled);
            due = next.Next;
        }

        Assert.That(rest.Select(d => d.At), Is.EqualTo(Enumerable.Range(0, 241).Select(i => Noon.AddMinutes(i))));
    }

    [Test]
    public void Where_each_is_to_be_raised_none_is_left_out_for_those_that_wait() =>
        Assert.That(
            Minutes(LatePolicies.FireAll, 600).Due(Noon, Noon.AddSeconds(120), 100, isOn: true).Handled.Select(d => d.Outcome),
            Is.EqualTo(Enumerable.Repeat(ScheduleStates.Raised, 3)));

    [TestCase(OverlapPolicies.Skip, 0, "raised")]
    [TestCase(OverlapPolicies.Skip, 1, "overlap")]
    [TestCase(OverlapPolicies.QueueOne, 1, "raised")]
    [TestCase(OverlapPolicies.QueueOne, 2, "overlap")]
    public void One_that_falls_due_while_others_wait_is_skipped_or_waits_too(string overlap, int waiting, string outcome) =>
        Assert.That(Minutes(LatePolicies.FireOnce, 60, overlap).Due(Noon, Noon, waiting, isOn: true).Handled.Single().Outcome, Is.EqualTo(outcome));

    [Test]
    public void Of_a_trigger_that_is_switched_off_nothing_is_raised_and_time_goes_on() =>
        Assert.That(
            Minutes(LatePolicies.FireAll, 60).Due(Noon, Noon.AddSeconds(150), 0, isOn: false),
            Has.Property(nameof(DueTimes.Next)).EqualTo(Noon.AddSeconds(180))
                .And.Property(nameof(DueTimes.Handled)).All.Property(nameof(DueTime.Outcome)).EqualTo(ScheduleStates.SwitchedOff));

    [Test]
    public void None_falls_due_behind_its_end() =>
        Assert.That(Told(Minutes(LatePolicies.FireOnce, 600, until: Noon.AddSeconds(119)), Noon, Noon.AddSeconds(300)), Is.EqualTo("+0s late, +60s raised; done"));

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property Whoever_looks_when_each_time_is_handled_once_and_in_order() =>
        Prop.ForAll(
            Gen.Elements(LatePolicies.All).ToArbitrary(),
            Gen.Choose(1, 400).ToArbitrary(),
            Gen.NonEmptyListOf(Gen.Choose(1, 900)).ToArbitrary(),
            (policy, within, steps) =>
            {
                var (times, now, due, handled) = (Minutes(policy, within), Noon, (DateTimeOffset?)Noon, new List<DateTimeOffset>());
                foreach (var step in steps)
                {
                    now = now.AddSeconds(step);
                    while (due <= now)
                    {
                        var result = times.Due(due.Value, now, 0, isOn: true);
                        foreach (var one in result.Handled)
                        {
                            handled.AddRange(Enumerable.Range(0, one.Count).Select(i => one.At.AddMinutes(i)));
                            if (one.Outcome == ScheduleStates.Raised && now - one.At > times.Within)
                            {
                                return false;
                            }
                        }

                        due = result.Next;
                    }
                }

                return handled.SequenceEqual(Enumerable.Range(0, handled.Count).Select(i => Noon.AddMinutes(i))) && due == Noon.AddMinutes(handled.Count);
            });

    private static string Told(ScheduleTimes times, DateTimeOffset due, DateTimeOffset now)
    {
        var result = times.Due(due, now, 0, isOn: true);
        return string.Join(", ", result.Handled.Select(d => $"{After(d.At)} {d.Outcome}{(d.Count == 1 ? "" : $" x{d.Count}")}"))
            + "; " + (result.Next is { } next ? $"next {After(next)}" : "done");
    }

    private static string After(DateTimeOffset at) => $"+{(at - Noon).TotalSeconds}s";

    private static ScheduleTimes Once() => ScheduleTimes.Of(Signal() with { TriggerAt = Noon });

    private static ScheduleTimes Minutes(string late, int within, string overlap = OverlapPolicies.Skip, DateTimeOffset? until = null) =>
        ScheduleTimes.Of(Signal() with { Cron = new() { Cron = "* * * * *", Zone = "UTC", Late = late, WithinS = within, Overlap = overlap, Until = until } });

    private static ScheduledSignal Signal() => new() { Priority = 5, Targets = ["*"], Title = "t", Payload = "{}", Tags = [] };
}
