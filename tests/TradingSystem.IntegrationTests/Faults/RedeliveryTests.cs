using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.IntegrationTests.Execution.Desk;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Faults;

/// <summary>At least once is what a bus promises; exactly once is what an account needs.</summary>
public sealed class RedeliveryTests
{
    private const int Decisions = 24;

    private static readonly Type[] Messages = [typeof(ImmediateEvents), typeof(TradeDecisions), typeof(OrderUpdates), typeof(SystemLogs), typeof(DiscussionLogs), typeof(GroupsChanged)];

    private static readonly string[] Queues = ["execution-trade-decisions", "trading-group-events", "diary-events", "diary-orders", "diary-logs"];

    private static readonly string[] Ends = ["filled", "closed"];

    [Test]
    public async Task Every_message_delivered_up_to_six_times_and_once_more_to_new_processes_makes_no_second_order()
    {
        await using var cluster = await VenueCluster.StartAsync(distributed: true);
        var product = cluster.Product;
        var random = new Random(20251121);
        await using var tap = await BusTap.OpenAsync(product.Broker, Messages, () => random.Next(1, 6));
        var (group, token) = await product.AddGroupAsync("redelivered");
        var (hosted, _) = await product.AddGroupAsync("redelivered_hosted", hosted: true);
        var atVenue = await cluster.OpenAsync(VenueKind.Bybit);
        var made = new HashSet<string>();
        var seen = new List<JsonObject>();
        await using (var bot = await Bot.ConnectAsync(product.Socket, $"trading_group_token={token}&features=orders"))
        await using (var trigger = await Bot.TriggerAsync(product, await product.AddTriggerAsync("redelivered_trigger")))
        {
            await bot.ReceiveAsync();
            await trigger.ReceiveAsync();
            for (var i = 0; i < Decisions; i++)
            {
                await bot.SendAsync(Bot.Decision(i % 2 == 0 ? "LONG" : "CLOSE"));
                Assert.That((await trigger.AskAsync(Bot.Immediate($"tick {i}", "{}", "redelivered_hosted")))["message"]!.GetValue<string>(), Is.EqualTo("accepted"));
                if (i % 4 == 0)
                {
                    Assert.That((await atVenue.TradeAsync(i % 8 == 0 ? "LONG" : "CLOSE"))["status"]!.GetValue<string>(), Is.AnyOf(Ends));
                }
            }

            while (made.Count < Decisions || seen.Where(HasTraded).Select(Decision).Distinct().Count() < Decisions)
            {
                var frame = await bot.ReceiveAsync() ?? throw new InvalidOperationException($"closed {bot.CloseReason}");
                seen.Add(frame);
                if (frame["message"]?.GetValue<string>() == "accepted")
                {
                    made.Add(frame["id"]!.GetValue<string>());
                }
            }
        }

        await DrainedAsync(cluster, tap);
        await CheckAsync(cluster, atVenue, group, hosted);

        // Nothing that a process remembers helps now: what was acknowledged long ago comes to ones that have just started.
        foreach (var service in new[] { "gateway", "execution", "trading-group", "diary" })
        {
            await product.KillAndRestartAsync(service, TimeSpan.Zero);
        }

        await tap.PublishAllAgainAsync(random);
        await DrainedAsync(cluster, tap);
        await CheckAsync(cluster, atVenue, group, hosted);
        TestContext.Out.WriteLine($"{tap.Heard} messages, {tap.PublishedAgain} times delivered again");
        Assert.That(tap.PublishedAgain, Is.GreaterThan(2 * tap.Heard));
        Assert.That(seen.Where(HasTraded).Select(Decision).Distinct(), Is.EquivalentTo(made));
        Assert.That(seen.Where(HasTraded).Select(f => (Decision(f), f["status"]!.GetValue<string>())), Is.Unique, "each step was told once");
    }

    private static string Decision(JsonObject frame) => frame["decision_id"]!.GetValue<string>();

    private static bool HasTraded(JsonObject frame) => frame["type"]?.GetValue<string>() == "order_update" && Ends.Contains(frame["status"]!.GetValue<string>());

    /// <summary>A decision that was sent last and has its order proves that the ones before it were worked off.</summary>
    private static async Task DrainedAsync(VenueCluster cluster, BusTap tap)
    {
        foreach (var queue in Queues)
        {
            await Wait.UntilAsync($"{queue} is empty", () => tap.IsEmptyAsync(queue));
        }

        var (_, token) = await cluster.Product.AddGroupAsync($"last_{Guid.NewGuid():n}");
        await using var bot = await Bot.ConnectAsync(cluster.Product.Socket, $"trading_group_token={token}&features=orders");
        await bot.ReceiveAsync();
        await bot.SendAsync(Bot.Decision("NO_TRADE", decisionId: "last"));
        await Wait.UntilAsync("the last decision is recorded", async () =>
            (await cluster.Product.ListAsync("/api/v1/orders?limit=1000")).Any(o => o["decision_id"]?.GetValue<string>() == "last" || o["client_decision_id"]?.GetValue<string>() == "last"));
        foreach (var queue in Queues)
        {
            await Wait.UntilAsync($"{queue} is empty again", () => tap.IsEmptyAsync(queue));
        }
    }

    private static async Task CheckAsync(VenueCluster cluster, DeskAccount atVenue, string group, string hosted)
    {
        var twice = await cluster.SqlAsync("select decision_id from execution.orders group by decision_id having count(*) > 1");
        var fillsOfOne = await cluster.SqlAsync(
            "select order_id from execution.fills f join execution.accounts a on a.id = f.account_id where a.mode = 'simulated' group by order_id having count(*) > 1");
        var orders = await cluster.SqlAsync("select count(*) from execution.orders where group_id = $1", Guid.Parse(group));
        var held = await cluster.SqlAsync(
            "select coalesce(sum(case side when 'BUY' then qty else -qty end), 0) - coalesce((select sum(qty) from execution.positions where group_id = $1), 0) from execution.fills where group_id = $1", Guid.Parse(group));
        // The diary may be a little behind, and never has more.
        var written = "";
        await Wait.UntilAsync("the diary has every decision", async () =>
            (written = (await cluster.SqlAsync("select count(*) from diary.events where event_type = 'post_trade' and group_id = $1", Guid.Parse(group)))[0]) == $"{Decisions}");
        var talks = await cluster.SqlAsync(
            "select trigger_event_id from diary.trading_group_discussions where group_id = $1 group by trigger_event_id having count(*) > 1",
            Guid.Parse(hosted));
        var sent = await cluster.Emulator.CountsAsync(atVenue.Venue, atVenue.Key);
        Assert.Multiple(() =>
        {
            Assert.That(twice, Is.Empty, "two orders of one decision");
            Assert.That(fillsOfOne, Is.Empty, "two fills of one order");
            Assert.That(orders[0], Is.EqualTo($"{Decisions}"));
            Assert.That(decimal.Parse(held[0], CultureInfo.InvariantCulture), Is.Zero, "fills without their position");
            Assert.That(written, Is.EqualTo($"{Decisions}"));
            Assert.That(talks, Is.Empty, "two discussions of one event");
            Assert.That(sent.Values, Is.All.EqualTo(1), "sent to the venue twice");
            Assert.That(sent, Has.Count.EqualTo(Decisions / 4));
        });
        await atVenue.PositionsAgreeAsync();
    }
}
