using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Faults;

/// <summary>
/// A thousand signals fall due while two nodes of the trigger service race for them and are killed with SIGKILL in turn. <c>SCHEDULE_ROUNDS</c> repeats it:
/// once in CI, 20 times in make soak.
/// </summary>
[TestFixture]
public sealed class ScheduleKillTests
{
    private const string Symbol = "BTCUSDT";
    private const int Timed = 600;
    private const int Conditional = 400;
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(40);
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("SCHEDULE_ROUNDS"), CultureInfo.InvariantCulture, out var n) ? n : 1;

    [Test]
    public async Task Each_of_a_thousand_is_raised_once_whoever_is_killed()
    {
        await using var cluster = await TradingCluster.StartAsync(
            distributed: true, settings: new Dictionary<string, string> { ["TRIGGER__STORM__PERMINUTE"] = "0" });
        try
        {
            string[] nodes = ["trigger", await cluster.AddTriggerNodeAsync()];
            var trigger = await cluster.AddTriggerAsync("clockwork");
            var (_, token) = await cluster.AddGroupAsync("trade_crypto_btcusdt_15m");
            await using var group = await Bot.GroupAsync(cluster, token);
            await group.ReceiveAsync();
            var pushed = PushedAsync(group);
            var random = new Random(20261130);
            var raised = new List<string>();
            for (var round = 0; round < Rounds; round++)
            {
                raised.AddRange(await RoundAsync(cluster, nodes, trigger, round, random));
            }

            // Whoever is pushed an event twice would act twice.
            await using var last = await ConnectAsync(cluster, trigger);
            await last.SendAsync(Bot.Immediate("end"));
            Assert.That((await pushed).Order(), Is.EqualTo(raised.Order()), "each once");
        }
        catch
        {
            TestContext.Out.WriteLine(cluster.Logs());
            throw;
        }
    }

    private static async Task<List<string>> RoundAsync(TradingCluster cluster, string[] nodes, string trigger, int round, Random random)
    {
        var begun = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        var price = (await cluster.ListAsync("/api/v1/prices")).Single(p => (string)p["symbol"]! == Symbol)["price"]!.GetValue<decimal>();
        var bounds = Enumerable.Range(0, Conditional).ToDictionary(i => $"{round} price {i}", i => Math.Round(price * (1m - (0.000_05m * i)), 2));
        DateTimeOffset made;
        await using (var bot = await ConnectAsync(cluster, trigger))
        {
            foreach (var (title, bound) in bounds)
            {
                await SendAsync(bot, Price(title, bound));
            }

            made = TimeProvider.System.GetUtcNow();
            for (var i = 0; i < Timed; i++)
            {
                await SendAsync(bot, Time($"{round} at {i}", TimeProvider.System.GetUtcNow() + Lead + (random.NextDouble() * Span), i % 2 == 0));
            }
        }

        var end = TimeProvider.System.GetUtcNow() + Lead + Span;
        while (TimeProvider.System.GetUtcNow() < end)
        {
            await cluster.KillAndRestartAsync(nodes[random.Next(nodes.Length)], TimeSpan.FromMilliseconds(random.Next(0, 1_000)));
        }

        // What the market reached behind the last of them for certain, each must have been raised for; the rest is taken back, and so the list is whole.
        var lowest = await LowestAsync(cluster, made);
        var certain = bounds.Where(b => lowest <= b.Value).Select(b => b.Key).Concat(Enumerable.Range(0, Timed).Select(i => $"{round} at {i}")).ToHashSet();
        await Wait.UntilAsync("each is in the diary", async () => certain.IsSubsetOf(await RaisedAsync(cluster, round)));
        foreach (var left in await cluster.ListAllAsync("/api/v1/schedules"))
        {
            if ((string)left["state"]! == "active")
            {
                using var answer = await cluster.Http.DeleteAsync(new Uri(cluster.Front, $"/api/v1/schedules/{left["id"]}"));
            }
        }

        var met = (await cluster.ListAllAsync("/api/v1/schedules")).Where(s => (string)s["state"]! == "done").Select(s => (string)s["signal"]!["title"]!)
            .Where(t => t.StartsWith($"{round} ", StringComparison.Ordinal)).Order().ToList();
        await Wait.UntilAsync("what was met is in the diary", async () => (await RaisedAsync(cluster, round)).Count >= met.Count);
        var raised = await RaisedAsync(cluster, round);
        Assert.That(raised.Order(), Is.EqualTo(met), "each once");
        var reached = await LowestAsync(cluster, begun);
        Assert.That(bounds.Where(b => b.Value < reached && raised.Contains(b.Key)), Is.Empty, "no price was there");
        TestContext.Out.WriteLine($"{raised.Count} raised, {bounds.Count(b => raised.Contains(b.Key))} of them by their price");
        return raised;
    }

    private static async Task<Bot> ConnectAsync(TradingCluster cluster, string token)
    {
        var bot = await Bot.TriggerAsync(cluster, token);
        await bot.ReceiveAsync();
        return bot;
    }

    private static async Task<decimal> LowestAsync(TradingCluster cluster, DateTimeOffset since) =>
        (await cluster.ListAsync($"/api/v1/candles?symbol={Symbol}&interval=1s&limit=1000"))
            .Where(c => c["open_time"]!.GetValue<DateTimeOffset>() >= since).Min(c => c["low"]!.GetValue<decimal>());

    private static async Task<List<string>> RaisedAsync(TradingCluster cluster, int round) =>
        [.. (await cluster.ListAllAsync("/api/v1/events")).Select(e => (string)e["title"]!).Where(t => t.StartsWith($"{round} ", StringComparison.Ordinal))];

    private static async Task<List<string>> PushedAsync(Bot group)
    {
        var titles = new List<string>();
        while ((string)(await group.OfTypeAsync("event", TimeSpan.FromMinutes(10)))["title"]! is var title && title != "end")
        {
            titles.Add(title);
        }

        return titles;
    }

    private static async Task SendAsync(Bot trigger, JsonObject frame)
    {
        while (true)
        {
            await trigger.SendAsync((JsonObject)frame.DeepClone());
            var reply = await trigger.ReplyAsync();
            if ((bool)reply["ok"]!)
            {
                return;
            }

            Assert.That((string)reply["message"]!, Is.EqualTo("rate_limited"), reply.ToJsonString());
            await Task.Delay((int)reply["retry_after_ms"]!);
        }
    }

    /// <summary>Half of them are a calendar's that has one time, so that lateness on a busy machine is none.</summary>
    private static JsonObject Time(string title, DateTimeOffset at, bool isCalendar)
    {
        var frame = Signal("scheduled", title);
        if (isCalendar)
        {
            frame["schedule"] = new JsonObject
            {
                ["cron"] = at.ToString("s m H d M '*'", CultureInfo.InvariantCulture),
                ["late"] = new JsonObject { ["policy"] = "fire_all", ["within_s"] = 3600 },
                ["until"] = at.AddDays(1).ToString("O"),
            };
        }
        else
        {
            frame["trigger_at"] = at.ToString("O");
        }

        return frame;
    }

    private static JsonObject Price(string title, decimal value)
    {
        var frame = Signal("conditional", title);
        frame["condition"] = new JsonObject { ["domain"] = "price", ["symbol"] = Symbol, ["op"] = "lte", ["value"] = value };
        return frame;
    }

    private static JsonObject Signal(string type, string title) => new()
    {
        ["type"] = "event",
        ["event_type"] = type,
        ["targets"] = new JsonArray("trade_crypto_btcusdt_15m"),
        ["title"] = title,
        ["payload"] = "p",
        ["event_key"] = title,
    };
}
