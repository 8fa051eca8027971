using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.IntegrationTests.Faults;

/// <summary>
/// Kills the product with SIGKILL at random moments while rules look at its simulated market, second by second. <c>RULE_KILLS</c> says how often: 3 times in
/// CI, 1,000 in make soak. <c>RULE_KILL_SEED</c> says at which moments, so that a thousand can be done in parts.
/// </summary>
[TestFixture]
public sealed class RuleKillTests
{
    private const string Symbol = "BTCUSDT";
    private static readonly int Kills = Number("RULE_KILLS", 3);
    private static readonly int Seed = Number("RULE_KILL_SEED", 20261130);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly string[] Rules =
    [
        """
        {"name":"kill_cross","symbols":["BTCUSDT"],"title":"t","cooldown_s":5,
         "when":{"left":{"indicator":"ema","parameters":{"period":3}},"op":"crosses","right":{"indicator":"ema","parameters":{"period":8}}}}
        """,
        """
        {"name":"kill_lasting","symbols":["BTCUSDT"],"title":"t","debounce_s":4,
         "when":{"left":{"candle":"close"},"op":"lt","right":{"indicator":"sma","parameters":{"period":10}},"for_s":2}}
        """,
        """
        {"name":"kill_move","symbols":["BTCUSDT"],"title":"t","cooldown_s":10,"when":{"left":{"candle":"close"},"op":"moves","by_pct":0.01,"within_s":15}}
        """,
    ];

    [Test]
    public async Task A_product_that_is_killed_at_any_moment_raises_what_one_raises_that_never_stops()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string>
        {
            ["TRIGGER__RULES__ENABLED"] = "true",
            // Each firing is to be seen.
            ["TRIGGER__STORM__SAMEWITHIN"] = "00:00:00",
            ["TRIGGER__STORM__PERMINUTE"] = "0",
        });
        try
        {
            var rules = new List<ArmedRule>();
            foreach (var text in Rules)
            {
                var answer = await cluster.Http.PostAsJsonAsync(new Uri(cluster.Front, "/api/v1/rules"), JsonNode.Parse(text));
                var made = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
                rules.Add(new(made["id"]!.GetValue<Guid>(), 1, made["changed_at"]!.GetValue<DateTimeOffset>(), RuleJson.Read(text)));
            }

            var (seconds, moments) = (new SortedDictionary<DateTimeOffset, Candle>(), new Random(Seed));
            for (var kill = 0; kill < Kills; kill++)
            {
                await TakeAsync(cluster, seconds);
                await Task.Delay(moments.Next(1_000, 4_000));
                await cluster.KillAndRestartAsync("standalone", TimeSpan.FromMilliseconds(moments.Next(0, 1_000)));
            }

            await TakeAsync(cluster, seconds);
            var end = seconds.Keys.Last();
            // Behind the last start as well.
            await Wait.UntilAsync("the market goes on", async () =>
            {
                await TakeAsync(cluster, seconds);
                return seconds.Keys.Last() >= end.AddSeconds(20);
            });

            var expected = Raised(rules, seconds.Values);
            Assert.That(expected, Has.Count.GreaterThan(Kills), "the rules must have something to say");
            var raised = new List<string>();
            var last = seconds.Keys.Last().AddSeconds(1);
            await Wait.UntilAsync("as many events are in the diary", async () =>
            {
                raised = await EventsAsync(cluster, last);
                return raised.Count >= expected.Count;
            });
            Assert.That(raised, Is.EqualTo(expected), "each once, and no other");
        }
        catch
        {
            TestContext.Out.WriteLine(cluster.Logs());
            throw;
        }
    }

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : otherwise;

    /// <summary>What the same rules raise over the same candles, in one go.</summary>
    private static List<string> Raised(IReadOnlyList<ArmedRule> rules, IReadOnlyCollection<Candle> seconds)
    {
        foreach (var (first, second) in seconds.Zip(seconds.Skip(1)))
        {
            Assert.That(second.OpenTime - first.OpenTime, Is.EqualTo(TimeSpan.FromSeconds(1)), $"a second lacks behind {first.OpenTime:O}");
        }

        var raised = new List<ImmediateEvent>();
        var engine = new RuleEngine(s => raised.Add(s.Item), _ => { }, TimeProvider.System, NullLogger<RuleEngine>.Instance);
        engine.Arm(rules, new Dictionary<RuleKey, RuleMemory>());
        engine.Started(new(FeedStatus.Simulated, "oracle", Interval.Second, Interval.Second, [Symbol], null));
        foreach (var candle in seconds)
        {
            engine.Closed(candle);
        }

        return [.. raised.Select(e => Line(JsonNode.Parse(e.Payload)!)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Of the market's time up to <paramref name="last"/>.</summary>
    private static async Task<List<string>> EventsAsync(TradingCluster cluster, DateTimeOffset last)
    {
        var events = await cluster.ListAllAsync("/api/v1/events");
        var payloads = events.Where(e => e["source_id"]?.GetValue<string>().StartsWith("rule:kill_", StringComparison.Ordinal) == true)
            .Select(e => JsonNode.Parse(e["payload"]!.GetValue<string>())!);
        return [.. payloads.Where(p => p["market_time"]!.GetValue<DateTimeOffset>() <= last).Select(Line).Order(StringComparer.Ordinal)];
    }

    private static string Line(JsonNode payload) => FormattableString.Invariant(
        $"{payload["market_time"]} {payload["rule"]} {payload["direction"]} {payload["price"]!.GetValue<decimal>():0.########}");

    private static async Task TakeAsync(TradingCluster cluster, SortedDictionary<DateTimeOffset, Candle> seconds)
    {
        foreach (var item in await cluster.ListAsync($"/api/v1/candles?symbol={Symbol}&interval=1s&limit=1000"))
        {
            var candle = item.Deserialize<Candle>(Json)!;
            if (candle.Closed)
            {
                seconds[candle.OpenTime] = candle;
            }
        }
    }
}
