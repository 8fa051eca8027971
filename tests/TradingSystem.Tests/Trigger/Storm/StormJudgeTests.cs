using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Tests.Trigger.Storm;

[TestFixture]
public sealed class StormJudgeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Alpha = ["alpha"];
    private static readonly string[] Both = ["alpha", "beta"];

    [Test]
    public void The_first_of_a_kind_passes_and_what_says_the_same_names_it_until_the_time_is_over()
    {
        var judge = new StormJudge(new() { SameWithin = TimeSpan.FromSeconds(10) });
        var (first, then) = (At(0, "up"), At(9.999, "up"));

        Assert.That(Ask(judge, first, Alpha).Outcome, Is.EqualTo(StormWords.Sent));
        Assert.That(Ask(judge, then, Alpha), Is.EqualTo((StormWords.SameEvent, "", "alpha", (Guid?)first.Id)));
        Assert.That(Ask(judge, At(9.999, "down"), Alpha).Outcome, Is.EqualTo(StormWords.Sent), "another kind");
        Assert.That(Ask(judge, At(10, "up"), Alpha).Outcome, Is.EqualTo(StormWords.Sent), "what was held back delays nothing");
    }

    [Test]
    public void What_has_no_kind_is_never_the_same()
    {
        var judge = new StormJudge(new());

        Assert.That(Enumerable.Range(0, 20).Select(_ => Ask(judge, At(0, null), Alpha).Outcome), Is.All.EqualTo(StormWords.Sent));
    }

    [Test]
    public void A_group_is_woken_so_often_a_minute_and_then_again()
    {
        var judge = new StormJudge(new() { PerMinute = 2 });

        Assert.That(
            new[] { 0d, 10, 20, 59.999, 60, 61, 70 }.Select(s => Ask(judge, At(s, null), Alpha).Outcome),
            Is.EqualTo(new[] { "sent", "sent", "budget", "budget", "sent", "budget", "sent" }));
    }

    [Test]
    public void Of_several_groups_those_that_have_room_are_woken()
    {
        var judge = new StormJudge(new() { PerMinute = 1 });
        Ask(judge, At(0, null), Alpha);

        var verdict = Ask(judge, At(1, null), Both);

        Assert.That(verdict, Is.EqualTo(("sent", "beta", "alpha", (Guid?)null)));
        Assert.That(Ask(judge, At(2, null), Both), Is.EqualTo(("budget", "", "alpha,beta", (Guid?)null)));
    }

    [Test]
    public void A_group_that_the_first_did_not_wake_is_woken_by_the_next()
    {
        var judge = new StormJudge(new() { PerMinute = 1 });
        Ask(judge, At(0, "other"), ["beta"]);
        Ask(judge, At(30, "up"), Both);

        Assert.That(Ask(judge, At(61, "up"), Both), Is.EqualTo(("sent", "beta", "alpha", (Guid?)null)), "its minute is over, and not the first's of alpha");
    }

    [Test]
    public void What_is_urgent_passes_always_and_counts()
    {
        var judge = new StormJudge(new() { PerMinute = 1, AlwaysFrom = 9 });

        Assert.That(Enumerable.Range(0, 5).Select(s => Ask(judge, At(s, "up", priority: 9), Alpha).Outcome), Is.All.EqualTo("sent"));
        Assert.That(Ask(judge, At(5, "other", priority: 8), Alpha).Outcome, Is.EqualTo("budget"));
        Assert.That(Ask(judge, At(5, "up", priority: 8), Alpha).Outcome, Is.EqualTo("same_event"));
    }

    [Test]
    public void A_group_that_is_muted_is_left_out_and_what_is_urgent_passes_all_the_same()
    {
        var mute = new Mute("cpi", Noon.AddSeconds(30));
        var judge = new StormJudge(new() { PerMinute = 2, AlwaysFrom = 9 }, (group, at) => group == "alpha" && at < mute.Until ? mute : null);

        var first = judge.Judge(At(0, "up"), Both);
        Assert.That((first.Groups.Single(), first.Holds.Single()), Is.EqualTo(("beta", new Hold("alpha", StormWords.Mute, null, "cpi"))));
        Assert.That(Ask(judge, At(29, "other"), Alpha).Outcome, Is.EqualTo("mute"));
        Assert.That(Ask(judge, At(29, "up", priority: 9), Alpha).Outcome, Is.EqualTo("sent"));
        Assert.That(Ask(judge, At(30, "more"), Alpha).Outcome, Is.EqualTo("sent"), "it is over, and what it held back took no room");
        Assert.That(Ask(judge, At(30, "much more"), Alpha).Outcome, Is.EqualTo("budget"));
    }

    [Test]
    public void Zero_switches_a_number_off_and_eleven_the_third()
    {
        var judge = new StormJudge(new() { SameWithin = TimeSpan.Zero, PerMinute = 0 });

        Assert.That(Enumerable.Range(0, 200).Select(_ => Ask(judge, At(0, "up"), Alpha).Outcome), Is.All.EqualTo("sent"));
        Assert.That(new StormOptions { AlwaysFrom = 11 }.Validated().AlwaysFrom, Is.EqualTo(11));
    }

    [Test]
    public void Times_of_another_clock_are_not_compared()
    {
        var judge = new StormJudge(new() { PerMinute = 1 });
        Ask(judge, At(0, "up"), Alpha);

        Assert.That(Ask(judge, At(1, "up") with { Clock = "a recording" }, Alpha).Outcome, Is.EqualTo("sent"));
    }

    [Test]
    public void What_was_raised_far_apart_is_not_the_same_though_it_goes_out_at_once()
    {
        var judge = new StormJudge(new() { PerMinute = 2 });
        Judged Late(double seconds) => At(seconds, "up") with { At = Noon.AddMinutes(5) };

        Assert.That(new[] { 0d, 5, 30, 60 }.Select(s => Ask(judge, Late(s), Alpha).Outcome), Is.EqualTo(new[] { "sent", "same_event", "sent", "budget" }));
    }

    [Test]
    public void Where_nobody_is_known_whom_it_wakes_nothing_is_held_back()
    {
        var judge = new StormJudge(new() { PerMinute = 1 });

        Assert.That(Enumerable.Range(0, 3).Select(s => Ask(judge, At(s, "up"), []).Outcome), Is.All.EqualTo("sent"));
    }

    [TestCase("00:10:01", 30, 9, "SameWithin")]
    [TestCase("-00:00:01", 30, 9, "SameWithin")]
    [TestCase("00:00:10", -1, 9, "PerMinute")]
    [TestCase("00:00:10", 30, 0, "AlwaysFrom")]
    [TestCase("00:00:10", 30, 12, "AlwaysFrom")]
    public void A_number_that_breaks_its_rule_is_named(string same, int perMinute, int always, string name)
    {
        var options = new StormOptions { SameWithin = TimeSpan.Parse(same, System.Globalization.CultureInfo.InvariantCulture), PerMinute = perMinute, AlwaysFrom = always };

        Assert.That(options.Validated, Throws.InvalidOperationException.With.Message.Contains($"Trigger:Storm:{name}"));
    }

    /// <summary>Whatever comes: nothing passes that should not, and nothing is held back without its reason being so.</summary>
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Whatever_comes_the_three_numbers_hold_and_hold_back_nothing_else()
    {
        var comes =
            from wait in Gen.Choose(0, 8)
            from topic in Gen.Elements<string?>("a", "b", null)
            from says in Gen.Elements("up", "up", "down")
            from priority in Gen.Elements(5, 5, 5, 9)
            from groups in Gen.Elements(Alpha, Both, ["beta"], [])
            select (Wait: wait, Topic: topic, Says: says, Priority: priority, Groups: groups);
        var options = new StormOptions { SameWithin = TimeSpan.FromSeconds(10), PerMinute = 4 };
        return Prop.ForAll(Gen.ListOf(comes).ToArbitrary(), all =>
        {
            var (judge, seconds) = (new StormJudge(options), 0);
            var sent = new List<(Judged Signal, IReadOnlyList<string> Groups)>();
            foreach (var (wait, topic, says, priority, groups) in all)
            {
                seconds += wait;
                var signal = At(seconds, topic, priority) with { Says = says };
                var verdict = judge.Judge(signal, groups);
                bool IsNear((Judged Signal, IReadOnlyList<string> Groups) s) => topic is not null && s.Signal.Topic == topic && signal.At - s.Signal.At < options.SameWithin;
                var isUrgent = priority >= options.AlwaysFrom;
                foreach (var group in groups)
                {
                    var woken = sent.Where(s => s.Groups.Contains(group)).ToList();
                    var last = woken.Where(IsNear).Select(s => s.Signal).LastOrDefault();
                    var first = !isUrgent && last?.Says == says ? last.Id : (Guid?)null;
                    var isFull = !isUrgent && woken.Count(s => signal.At - s.Signal.At < TimeSpan.FromMinutes(1)) >= options.PerMinute;
                    var expected = first is not null ? new Hold(group, StormWords.SameEvent, first) : isFull ? new Hold(group, StormWords.Budget, null) : null;
                    Assert.That(verdict.Holds.SingleOrDefault(h => h.Group == group), Is.EqualTo(expected));
                    Assert.That(verdict.Groups.Contains(group), Is.EqualTo(expected is null), "whom it was for is woken or told of");
                }

                Assert.That(verdict.Groups.Concat(verdict.Holds.Select(h => h.Group)), Is.EquivalentTo(groups));
                Assert.That(verdict.IsHeldBack, Is.EqualTo(groups.Length > 0 && verdict.Groups.Count == 0));
                if (!verdict.IsHeldBack)
                {
                    sent.Add((signal, verdict.Groups));
                }
            }
        });
    }

    [Test]
    public void Each_group_has_its_own_reason_and_its_own_first()
    {
        var judge = new StormJudge(new() { PerMinute = 2 });
        var (one, other) = (At(0, "up"), At(1, "up"));
        Ask(judge, one, Alpha);
        Ask(judge, other, ["gamma"]);
        Ask(judge, At(2, null), ["beta"]);
        Ask(judge, At(2, null), ["beta"]);

        Assert.That(
            judge.Judge(At(3, "up"), ["alpha", "beta", "gamma"]).Holds,
            Is.EqualTo(new[] { new Hold("alpha", "same_event", one.Id), new("beta", "budget", null), new("gamma", "same_event", other.Id) }));
    }

    [Test]
    public void What_says_something_else_of_its_topic_ends_the_sameness()
    {
        var judge = new StormJudge(new());
        Judged Move(double seconds, string way) => At(seconds, "moves") with { Says = way };

        Assert.That(
            new[] { Move(0, "up"), Move(1, "up"), Move(2, "down"), Move(3, "down"), Move(4, "up") }.Select(m => Ask(judge, m, Alpha).Outcome),
            Is.EqualTo(new[] { "sent", "same_event", "sent", "same_event", "sent" }));
    }

    private static Judged At(double seconds, string? topic, int priority = 5) =>
        new(Guid.NewGuid(), priority, topic, "", "clock", Noon.AddSeconds(seconds), Noon.AddSeconds(seconds));

    private static (string Outcome, string Groups, string HeldFrom, Guid? SameAs) Ask(StormJudge judge, Judged signal, IReadOnlyList<string> groups)
    {
        var verdict = judge.Judge(signal, groups);
        return (
            verdict.IsHeldBack ? verdict.Holds[0].Reason : "sent", string.Join(',', verdict.Groups), string.Join(',', verdict.Holds.Select(h => h.Group)),
            verdict.Holds.Select(h => h.SameAs).FirstOrDefault());
    }
}
