using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>An account of any kind, the group that trades on it, and the group's bot.</summary>
internal class BotAccount(VenueCluster cluster, Guid id, string group, string token)
{
    public static readonly string[] Terminal = ["filled", "closed", "rejected", "canceled", "recorded", "stopped", "took_profit"];

    public VenueCluster Cluster => cluster;

    public Guid Id => id;

    public string Group => group;

    public string Token => token;

    /// <summary>Sends until it is accepted; the decision's id. The key of the decision keeps a repeated one from counting twice.</summary>
    public Task<Guid> DecideAsync(string action, decimal marginUsd = 50m, decimal? stopLoss = null, decimal? takeProfit = null) =>
        AskAsync(action, marginUsd, signal => (signal["stop_loss"], signal["take_profit"]) = (stopLoss, takeProfit));

    /// <summary>A decision for a limit order.</summary>
    public Task<Guid> LimitAsync(string action, decimal price, decimal marginUsd = 50m, decimal? stopLoss = null, DateTimeOffset? validUntil = null) =>
        AskAsync(action, marginUsd, signal => (signal["order_type"], signal["price"], signal["stop_loss"]) = ("limit", price, stopLoss), validUntil);

    /// <param name="ask">Sets what else the signal is to say.</param>
    public Task<Guid> AskAsync(string action, decimal marginUsd, Action<JsonNode> ask, DateTimeOffset? validUntil = null)
    {
        var frame = Bot.Decision(action, marginUsd, $"d-{Guid.NewGuid():n}");
        var payload = JsonNode.Parse(frame["payload"]!.GetValue<string>())!;
        ask(payload["signal"]!);
        frame["payload"] = payload.ToJsonString();
        if (validUntil is { } until)
        {
            frame["valid_until"] = until.ToString("O", CultureInfo.InvariantCulture);
        }

        return SendAsync(frame);
    }

    /// <summary>Sends a frame until it is accepted; its id.</summary>
    public async Task<Guid> SendAsync(JsonObject frame)
    {
        var accepted = Guid.Empty;
        await Wait.UntilAsync("the frame is accepted", async () =>
        {
            var reply = await ReplyAsync(frame);
            if (!reply["ok"]!.GetValue<bool>())
            {
                throw new InvalidOperationException(reply.ToJsonString());
            }

            accepted = Guid.Parse(reply["id"]!.GetValue<string>());
            return true;
        });
        return accepted;
    }

    /// <summary>The answer to one frame, on a connection of its own.</summary>
    public async Task<JsonObject> ReplyAsync(JsonObject frame)
    {
        await using var bot = await Bot.GroupAsync(cluster.Product, token);
        // The first frame is the ack; null when the server would not have the connection, e.g. because the one before is not gone yet.
        return await bot.ReceiveAsync() is null ? throw new InvalidOperationException($"closed {bot.CloseStatus} {bot.CloseReason}") : await bot.AskAsync(frame.DeepClone());
    }

    public async Task<JsonNode?> OrderAsync(Guid decision) => (await cluster.Product.ListAsync($"/api/v1/orders?decision_id={decision}")).SingleOrDefault();

    public Task<JsonNode> OrderAsync(Guid decision, params string[] statuses) =>
        Wait.ForAsync(
            $"the order is {string.Join('/', statuses)}",
            async () => await OrderAsync(decision) is { } order && statuses.Contains(order["status"]!.GetValue<string>()) ? order : null);

    public Task<JsonNode> DoneAsync(Guid decision) => OrderAsync(decision, Terminal);

    /// <summary>Decides and waits for the end.</summary>
    public async Task<JsonNode> TradeAsync(string action, decimal marginUsd = 50m) => await DoneAsync(await DecideAsync(action, marginUsd));

    /// <summary>The decision's order among those that are open, in this state; null while it is not.</summary>
    public async Task<JsonNode?> OpenAsync(Guid decision, string state) =>
        (await cluster.Product.ListAsync($"/api/v1/orders/open?group_id={group}&state={state}")).SingleOrDefault(o => o["decision_id"]!.GetValue<string>() == decision.ToString());

    /// <summary>Decides and waits until the venue's book has it.</summary>
    public async Task<Guid> RestAsync(string action, decimal price, decimal marginUsd = 50m, decimal? stopLoss = null, DateTimeOffset? validUntil = null)
    {
        var decision = await LimitAsync(action, price, marginUsd, stopLoss, validUntil);
        await Wait.UntilAsync(
            "it rests",
            async () => await OpenAsync(decision, "working") is not null ? true : throw new InvalidOperationException($"{await OrderAsync(decision)}"));
        return decision;
    }

    public async Task<JsonNode?> PositionAsync(string symbol = "BTCUSDT") =>
        (await cluster.Product.ListAsync($"/api/v1/positions?group_id={group}")).SingleOrDefault(p => p["symbol"]!.GetValue<string>() == symbol);

    public Task<IReadOnlyList<JsonNode>> FillsAsync() => cluster.Product.ListAsync($"/api/v1/fills?group_id={group}");

    /// <summary>The last announced update of the decision with this status, as the diary has it.</summary>
    public Task<JsonNode> UpdateAsync(Guid decision, string status) => Wait.ForAsync($"an update says {status}", async () =>
        (await cluster.SqlAsync("select row_to_json(u)::text from diary.order_updates u where u.decision_id = $1 and u.status = $2 order by u.seq desc limit 1", decision, status))
            .SingleOrDefault() is { } row ? JsonNode.Parse(row) : null);

    /// <summary>The order that ended the decision's position: in REST, in its fills and in the update that told of it, which must say the same.</summary>
    public async Task<JsonNode> ExitAsync(Guid decision, string status)
    {
        var told = await UpdateAsync(decision, status);
        var id = told["order_id"]!.GetValue<string>();
        var exit = await Wait.ForAsync("the exit is among the orders", async () =>
            (await cluster.Product.ListAsync($"/api/v1/orders?group_id={group}")).SingleOrDefault(o => o["id"]!.GetValue<string>() == id && o["status"]!.GetValue<string>() == status));
        var fills = (await FillsAsync()).Where(f => f["order_id"]!.GetValue<string>() == id).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(exit["side"]!.GetValue<string>(), Is.EqualTo(told["side"]!.GetValue<string>()));
            foreach (var name in new[] { "qty", "avg_price", "fee", "realized_pnl" })
            {
                Assert.That(exit[name]!.GetValue<decimal>(), Is.EqualTo(told[name]!.GetValue<decimal>()), $"{name} in REST and in the update");
            }

            foreach (var name in new[] { "qty", "fee", "realized_pnl" })
            {
                Assert.That(fills.Sum(f => f[name]!.GetValue<decimal>()), Is.EqualTo(told[name]!.GetValue<decimal>()), $"{name} of the fills and in the update");
            }

            Assert.That(fills.Select(f => f["market_time"]), Has.None.Null, "each is of a time of the market, whoever filled it");
            Assert.That(fills.Select(f => f["side"]!.GetValue<string>()), Is.Not.Empty.And.All.EqualTo(told["side"]!.GetValue<string>()));
        });
        return exit;
    }

    public async Task<decimal> OurQtyAsync() =>
        decimal.Parse(
            (await cluster.SqlAsync("select coalesce(sum(qty), 0) from execution.positions where account_id = $1 and symbol = 'BTCUSDT'", id))[0],
            CultureInfo.InvariantCulture);

    /// <summary>The statuses of an order at a venue that were announced, in their order.</summary>
    public Task<List<string>> StepsAsync(Guid decision) => cluster.SqlAsync(
        "select s.payload::jsonb->>'Status' from execution.order_steps s where s.order_id = $1 order by s.seq", OrderIds.Order(decision));
}
