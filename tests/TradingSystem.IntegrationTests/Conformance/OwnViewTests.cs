using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>A bot that has its token and the address, and what it takes for true.</summary>
[TestFixture(false, Description = "one process, in-memory bus")]
[TestFixture(true, Description = "six processes, RabbitMQ")]
public sealed class OwnViewTests(bool distributed)
{
    private const int CandlesOfAnHour = 60;

    [Test]
    public async Task Over_three_restarts_in_hours_of_replayed_market_a_bots_own_books_are_rests_to_the_last_digit()
    {
        var folder = Directory.CreateTempSubdirectory("own-view-").FullName;
        using var file = new ReplayFile(minutes: 20_000);
        await using var cluster = await TradingCluster.StartAsync(distributed, $"replay:{file.Path}@600");
        var (id, token) = await cluster.AddGroupAsync("own_view", interval: "1m");
        var (log, stop) = (Path.Combine(folder, "bot.log"), Path.Combine(folder, "stop"));
        var environment = new Dictionary<string, string>
        {
            ["TRADING_GROUP_TOKEN"] = token,
            ["WS_URL"] = cluster.Socket.ToString(),
            ["PYTHONPATH"] = Path.Combine(ClientFiles.Folder, "python"),
            ["STOP_FILE"] = stop,
        };
        if (distributed)
        {
            environment["API_URL"] = cluster.Front.ToString();
        }

        var script = Path.Combine(ClientFiles.Root, "tests", "TradingSystem.IntegrationTests", "Conformance", "own_view_bot.py");
        using var bot = OwnProcess.Start("/usr/bin/python3", [script], log, environment);
        try
        {
            foreach (var killed in distributed ? ["execution", "gateway", "trigger"] : new[] { "standalone", "standalone", "standalone" })
            {
                await MoreAsync(log, bot);
                await cluster.KillAndRestartAsync(killed, TimeSpan.Zero);
            }

            await MoreAsync(log, bot);
            await File.WriteAllTextAsync(stop, "");
            var line = await Wait.ForAsync("the bot's view", () => Task.FromResult(Lines(log).FirstOrDefault(l => l.StartsWith("view ", StringComparison.Ordinal))));
            Compare(
                JsonNode.Parse(line[5..])!.AsObject(), await cluster.ListAllAsync("/api/v1/orders"), await cluster.ListAllAsync("/api/v1/fills"),
                await cluster.ListAllAsync("/api/v1/positions"));
            Assert.That(Lines(log).Where(l => l.StartsWith("gap", StringComparison.Ordinal)), Is.Empty);
            Assert.That(await cluster.ListAllAsync("/api/v1/orders"), Has.All.Matches<JsonNode>(o => o["group_id"]!.ToString() == id));
        }
        catch (Exception e) when (e is TimeoutException or AssertionException)
        {
            TestContext.Out.WriteLine($"{OwnProcess.Tail(log)}\n{cluster.Logs()}");
            throw;
        }
        finally
        {
            await bot.KillAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Until an hour more is played and a position was closed in it.</summary>
    private static async Task MoreAsync(string log, OwnProcess bot)
    {
        var (candles, booked) = (Count(log, "candle"), Count(log, "book closed"));
        await Wait.UntilAsync("an hour of market and a position closed in it", () =>
        {
            Assert.That(bot.ExitCode, Is.Null, OwnProcess.Tail(log));
            return Task.FromResult(Count(log, "candle") >= candles + CandlesOfAnHour && Count(log, "book closed") > booked);
        });
    }

    private static void Compare(JsonObject view, IReadOnlyList<JsonNode> orders, IReadOnlyList<JsonNode> fills, IReadOnlyList<JsonNode> positions)
    {
        var own = view["orders"]!.AsArray().ToDictionary(o => o!["id"]!.ToString(), o => o!);
        Assert.That(own.Keys, Is.EquivalentTo(orders.Select(o => o["id"]!.ToString())), "each order is known, once");
        Assert.That(own, Has.Count.GreaterThanOrEqualTo(4));
        foreach (var order in orders)
        {
            var known = own[order["id"]!.ToString()];
            var parts = fills.Where(f => f["order_id"]!.ToString() == order["id"]!.ToString()).ToList();
            Assert.Multiple(() =>
            {
                foreach (var name in new[] { "client_decision_id", "status", "side" })
                {
                    Assert.That(known[name]?.ToString(), Is.EqualTo(order[name]?.ToString()), name);
                }

                foreach (var name in new[] { "qty", "avg_price", "fee", "realized_pnl" })
                {
                    Assert.That(Number(known[name]), Is.EqualTo(Number(order[name])), name);
                }

                Assert.That(parts.Sum(f => Number(f["qty"])), Is.EqualTo(Number(known["qty"])), "what its fills are together");
                Assert.That(parts.Sum(f => Number(f["fee"])), Is.EqualTo(Number(known["fee"])), "and cost");
            });
        }

        var position = positions.SingleOrDefault();
        Assert.That(decimal.Parse(view["qty"]!.ToString(), CultureInfo.InvariantCulture), Is.EqualTo(Number(position?["qty"]) ?? 0m));
        Assert.That(decimal.Parse(view["cost"]!.ToString(), CultureInfo.InvariantCulture), Is.EqualTo(Number(position?["cost"]) ?? 0m));
        foreach (var (name, items) in new[] { ("orders", orders), ("fills", fills) })
        {
            Assert.That(
                view["rest"]![name]!.AsArray().Select(o => o!["id"]!.ToString()), Is.EquivalentTo(items.Select(o => o["id"]!.ToString())),
                $"its own token sees the same {name}");
        }
    }

    private static string[] Lines(string log) => File.Exists(log) ? File.ReadAllLines(log) : [];

    private static int Count(string log, string word) => Lines(log).Count(l => l.StartsWith(word + " ", StringComparison.Ordinal));

    private static decimal? Number(JsonNode? value) => value is null ? null : decimal.Parse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
