using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Execution.Limits;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Limits;

[TestFixture]
public sealed class RiskLimitsJsonTests
{
    private static readonly RiskLimits All = new()
    {
        MaxDecisionAgeS = 30m,
        MaxPriceAgeS = 2.5m,
        EntryBandBps = 50m,
        MaxOrderQty = 1.5m,
        MaxOrderNotional = 100_000m,
        MaxLeverage = 20m,
        MaxOpenOrders = 5,
        MaxPositionNotional = 200_000m,
        MaxSymbolNotional = 300_000m,
        MaxAccountNotional = 400_000m,
        MaxDailyLoss = 1_000m,
        MaxGroupDailyLoss = 500m,
        MaxOrdersPerMinute = 60,
        MaxGroupOrdersPerMinute = 30,
        CooldownAfterLossS = 300,
        Symbols = ["BTCUSDT", "ETHUSDT"],
        Blackouts = [new() { From = 13 * 60, To = 14 * 60, Days = [DayOfWeek.Friday] }, new() { Start = Now, End = Now.AddDays(1) }],
    };

    [Test]
    public void What_is_written_is_read_again()
    {
        var text = RiskLimitsJson.Write(All);
        Assert.That(RiskLimitsJson.Write(RiskLimitsJson.Parse(text)!), Is.EqualTo(text));
        using var document = JsonDocument.Parse(text);
        Assert.That(document.RootElement.EnumerateObject().Select(p => p.Name), Is.EqualTo(RiskLimitsJson.Fields), "every field is written, and none beside them");
    }

    [TestCase("""{"max_leverage":0.5}""", "max_leverage")]
    [TestCase("""{"max_leverage":"many"}""", "max_leverage")]
    [TestCase("""{"max_leverge":5}""", "max_leverge")]
    [TestCase("""{"max_order_qty":-1}""", "max_order_qty")]
    [TestCase("""{"max_open_orders":1.5}""", "max_open_orders")]
    [TestCase("""{"max_daily_loss":0}""", "max_daily_loss")]
    [TestCase("""{"symbols":"BTCUSDT"}""", "symbols")]
    [TestCase("""{"symbols":[""]}""", "symbols[0]")]
    [TestCase("""{"blackouts":[{"from":"25:00","to":"13:00"}]}""", "blackouts[0].from")]
    [TestCase("""{"blackouts":[{"from":"12:00"}]}""", "blackouts[0].to")]
    [TestCase("""{"blackouts":[{"from":"12:00","to":"13:00","days":["someday"]}]}""", "blackouts[0].days[0]")]
    [TestCase("""{"blackouts":[{"from":"12:00","to":"13:00","days":["xyz"]}]}""", "blackouts[0].days")]
    [TestCase("""{"blackouts":[{"from":"12:00","to":"13:00","zone":"CET"}]}""", "blackouts[0].zone")]
    [TestCase("""{"blackouts":[{"start":"2025-01-02T00:00:00Z","end":"2025-01-01T00:00:00Z"}]}""", "blackouts[0].end")]
    [TestCase("""{"blackouts":[{"start":"2025-01-02T00:00:00Z"}]}""", "blackouts[0].start")]
    [TestCase("""{"max_daily_loss":null}""", "max_daily_loss")]
    [TestCase("""{"symbols":null}""", "symbols")]
    [TestCase("""{"blackouts":null}""", "blackouts")]
    [TestCase("""{"blackouts":[{"from":"12:00","to":"13:00","days":null}]}""", "blackouts[0].days")]
    public void A_limit_that_is_not_understood_is_refused_by_its_path(string json, string path)
    {
        var errors = new List<FieldError>();
        using var document = JsonDocument.Parse(json);
        Assert.That(RiskLimitsJson.Read(document.RootElement, "", errors), Is.Null);
        Assert.That(errors.Select(e => e.Path), Has.Some.EqualTo(path));
        Assert.That(RiskLimitsJson.Parse(json), Is.Null, "the table's are read as strictly");
    }

    [Test]
    public void No_limit_may_be_null_for_that_would_be_no_limit([ValueSource(typeof(RiskLimitsJson), nameof(RiskLimitsJson.Fields))] string field)
    {
        var errors = new List<FieldError>();
        using var document = JsonDocument.Parse($$"""{"{{field}}":null,"reason":null}""");
        Assert.That(RiskLimitsJson.Read(document.RootElement, "", errors, "version", "reason"), Is.Null);
        Assert.That(errors, Is.EqualTo(new[] { new FieldError(field, BodyFields.NotNull, "null") }));
    }

    [Test]
    public void An_unknown_limit_names_the_nearest()
    {
        var errors = new List<FieldError>();
        using var document = JsonDocument.Parse("""{"maxDailyLoss":5}""");
        Assert.That(RiskLimitsJson.Read(document.RootElement, "", errors), Is.Null);
        Assert.That(errors.Single().Rule, Is.EqualTo("unknown field, did you mean max_daily_loss"));
    }

    [Test]
    public void Symbols_are_allowed_in_any_case()
    {
        var limits = RiskLimitsJson.Parse("""{"symbols":["btcusdt","EthUsdt","BTCUSDT"]}""")!;
        Assert.That(limits.Symbols, Is.EqualTo(new[] { "BTCUSDT", "ETHUSDT" }));
        Assert.That(EffectiveLimits.Of(Options, limits).Symbols, Does.Contain("BTCUSDT"));
    }

    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("""{"max_leverage":5,"max_leverage":50}""")]
    public void What_is_no_set_of_limits_is_not_read(string json) => Assert.That(RiskLimitsJson.Parse(json), Is.Null);

    [Test]
    public void Of_all_levels_the_strictest_counts_field_by_field()
    {
        var effective = EffectiveLimits.Of(
            Options,
            All,
            new RiskLimits { MaxLeverage = 5m, MaxOrderQty = 99m, MaxOpenOrders = 1, CooldownAfterLossS = 10, Symbols = ["ETHUSDT", "SOLUSDT"], MaxDecisionAgeS = 60m },
            new RiskLimits { MaxLeverage = 10m, MaxGroupDailyLoss = 1m, CooldownAfterLossS = 600, Blackouts = [new() { From = 0, To = 60 }] });
        Assert.Multiple(() =>
        {
            Assert.That(effective.MaxLeverage, Is.EqualTo(5m));
            Assert.That(effective.MaxOrderQty, Is.EqualTo(1.5m));
            Assert.That(effective.MaxOpenOrders, Is.EqualTo(1));
            Assert.That(effective.MaxGroupDailyLoss, Is.EqualTo(1m));
            Assert.That(effective.CooldownAfterLoss, Is.EqualTo(TimeSpan.FromMinutes(10)), "the longest is the strictest");
            Assert.That(effective.Symbols, Is.EquivalentTo(new[] { "ETHUSDT" }), "what every list has");
            Assert.That(effective.Blackouts, Has.Count.EqualTo(3), "all of them");
            Assert.That(effective.MaxDecisionAge, Is.EqualTo(Options.MaxDecisionAge), "nothing is looser than the options");
        });
    }

    [Test]
    public void An_empty_list_of_symbols_allows_none_and_no_list_allows_all()
    {
        Assert.That(EffectiveLimits.Of(Options, new RiskLimits { Symbols = [] }).Symbols, Is.Empty);
        Assert.That(EffectiveLimits.Of(Options, RiskLimits.None).Symbols, Is.Null);
    }
}
