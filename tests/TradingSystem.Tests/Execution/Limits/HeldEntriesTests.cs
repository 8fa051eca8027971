using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Limits;

/// <summary>Blackouts that were told hold entries and nothing else.</summary>
[TestFixture]
public sealed class HeldEntriesTests
{
    private static readonly EntryHold Cpi = new()
    {
        Id = Guid.Empty,
        Version = 1,
        Name = "cpi",
        Targets = ["*"],
        From = Now.AddMinutes(-1),
        Until = Now.AddMinutes(1),
        ChangedBy = "ada",
        ChangedAt = Now,
    };

    [Test]
    public void An_entry_is_refused_by_the_name_of_the_blackout_and_until_when()
    {
        var reason = Check(Long(), gate: With(Cpi)).Reason!;
        Assert.That((reason.Code.Word, reason.Limit), Is.EqualTo(("BLACKOUT", "cpi")));
        Assert.That(reason.Message, Does.Contain(Cpi.Until!.Value.UtcDateTime.ToString("O")));
    }

    [Test]
    public void It_holds_from_its_first_moment_to_before_its_end()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Code(Cpi with { From = Now }), Is.EqualTo("BLACKOUT"));
            Assert.That(Code(Cpi with { From = Now.AddTicks(1) }), Is.Null);
            Assert.That(Code(Cpi with { Until = Now.AddTicks(1) }), Is.EqualTo("BLACKOUT"));
            Assert.That(Code(Cpi with { Until = Now }), Is.Null);
        });
    }

    [Test]
    public void Exits_and_what_makes_a_position_smaller_go_on()
    {
        var held = Holding(1m);
        Assert.Multiple(() =>
        {
            Assert.That(Check(Long() with { Action = TradeAction.Close, MarginUsd = 0m }, held, gate: With(Cpi)).Fill?.Qty, Is.EqualTo(1m), "a close");
            Assert.That(Check(Long() with { Action = TradeAction.Short, Qty = 0.5m, MarginUsd = 0m }, held, gate: With(Cpi)).Fill?.Qty, Is.EqualTo(0.5m), "a part of it");
            var turning = Check(Long() with { Action = TradeAction.Short, Qty = 1.5m, MarginUsd = 0m }, held, gate: With(Cpi)).Reason!;
            Assert.That((turning.Code.Word, turning.NearestAcceptable), Is.EqualTo(("BLACKOUT", "1")), "what would turn it, and what of it would do");
        });
    }

    [TestCase("alpha", "BLACKOUT")]
    [TestCase("symbol:btcusdt", "BLACKOUT")]
    [TestCase("beta", null)]
    [TestCase("symbol:ETHUSDT", null)]
    [TestCase("market:crypto", null)]
    public void It_is_for_groups_by_name_and_entries_by_symbol(string target, string? code) =>
        Assert.That(HeldEntries.Of(HeldEntries.Write([Cpi with { Targets = [target] }])).Refusal("alpha", "BTCUSDT", Now)?.Code.Word, Is.EqualTo(code));

    [TestCase("nonsense")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("[null]")]
    [TestCase("""[{"name":"a"}]""")]
    [TestCase("""[{"id":"00000000-0000-0000-0000-000000000000","name":"a","targets":null}]""")]
    [TestCase("""[{"id":"00000000-0000-0000-0000-000000000000","name":"a","targets":[null]}]""")]
    public void A_list_that_cannot_be_read_holds_every_entry_and_no_exit(string text)
    {
        var gate = new Gate(Guid.Empty, new EffectiveLimits { MaxDecisionAge = TimeSpan.FromMinutes(1), MaxPriceAge = TimeSpan.FromMinutes(1), MaxLeverage = 125m })
        {
            Holds = HeldEntries.Of(text),
        };
        Assert.That(gate.Holds.IsReadable, Is.False);
        Assert.That(Check(Long(), gate: gate).Reason?.Code.Word, Is.EqualTo("BLACKOUT"));
        Assert.That(Check(Long() with { Action = TradeAction.Close, MarginUsd = 0m }, Holding(1m), gate: gate).Fill?.Qty, Is.EqualTo(1m));
    }

    [Test]
    public void One_whose_times_cannot_be_read_here_holds_those_that_it_is_for_and_says_so()
    {
        var (from, until) = ((DateTimeOffset?)null, (DateTimeOffset?)null);
        EntryHold[] unreadable =
        [
            Cpi with { From = from, Until = until, Cron = "0 9 * * *", Zone = "Mars/Olympus_Mons", ForS = 60 },
            Cpi with { From = from, Until = until, Cron = "0 9 * * *", Zone = "UTC", ForS = 0 },
            Cpi with { From = from, Until = until },
            Cpi with { Until = Cpi.From },
        ];
        Assert.Multiple(() =>
        {
            foreach (var hold in unreadable)
            {
                var held = HeldEntries.Of(HeldEntries.Write([hold with { Targets = ["alpha"] }]));
                Assert.That(held.Items.Single().IsReadable, Is.False);
                Assert.That(held.Refusal("alpha", "BTCUSDT", Now)?.Message, Does.Contain("cannot be read"));
                Assert.That(held.Refusal("beta", "BTCUSDT", Now), Is.Null);
            }
        });
    }

    [Test]
    public void One_of_a_calendar_holds_by_the_clocks_of_its_zone()
    {
        var daily = Cpi with { From = null, Until = null, Cron = "0 9 * * *", Zone = "Europe/Berlin", ForS = 600 };
        var held = HeldEntries.Of(HeldEntries.Write([daily]));
        Assert.That(held.Refusal("alpha", "BTCUSDT", new(2026, 7, 1, 7, 5, 0, TimeSpan.Zero)), Is.Not.Null);
        Assert.That(held.Refusal("alpha", "BTCUSDT", new(2026, 7, 1, 8, 5, 0, TimeSpan.Zero)), Is.Null);
        Assert.That(held.Refusal("alpha", "BTCUSDT", new(2026, 12, 1, 8, 5, 0, TimeSpan.Zero)), Is.Not.Null);
    }

    private static string? Code(EntryHold hold) => Check(Long(), gate: With(hold)).Reason?.Code.Word;

    private static Gate With(EntryHold hold)
    {
        var limited = Limited(RiskLimits.None);
        return new(limited.AccountId, limited.Limits) { Holds = HeldEntries.Of(HeldEntries.Write([hold])) };
    }
}
