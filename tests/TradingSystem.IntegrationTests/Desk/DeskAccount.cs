using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;

namespace TradingSystem.IntegrationTests.Desk;

/// <summary>An account at the emulator, the group that trades on it, and the group's bot.</summary>
internal sealed class DeskAccount(VenueCluster cluster, VenueKind venue, string key, Guid id, string group, string token)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public static readonly string[] Terminal = ["filled", "closed", "rejected", "canceled", "recorded", "stopped", "took_profit"];

    public VenueKind Venue => venue;

    public Guid Id => id;

    public string Group => group;

    public string Key => key;

    /// <summary>Sends until it is accepted; the decision's id. The key of the decision keeps a repeated one from counting twice.</summary>
    public Task<Guid> DecideAsync(string action, decimal marginUsd = 50m, decimal? stopLoss = null, decimal? takeProfit = null) =>
        SendAsync(action, marginUsd, signal => (signal["stop_loss"], signal["take_profit"]) = (stopLoss, takeProfit));

    /// <summary>A decision for a limit order.</summary>
    public Task<Guid> LimitAsync(string action, decimal price, decimal marginUsd = 50m, decimal? stopLoss = null, DateTimeOffset? validUntil = null) =>
        SendAsync(action, marginUsd, signal => (signal["order_type"], signal["price"], signal["stop_loss"]) = ("limit", price, stopLoss), validUntil);

    private async Task<Guid> SendAsync(string action, decimal marginUsd, Action<JsonNode> ask, DateTimeOffset? validUntil = null)
    {
        var frame = Bot.Decision(action, marginUsd, $"d-{Guid.NewGuid():n}");
        var payload = JsonNode.Parse(frame["payload"]!.GetValue<string>())!;
        ask(payload["signal"]!);
        frame["payload"] = payload.ToJsonString();
        if (validUntil is { } until)
        {
            frame["valid_until"] = until.ToString("O", CultureInfo.InvariantCulture);
        }

        var accepted = Guid.Empty;
        await Wait.UntilAsync("the decision is accepted", Patience, async () =>
        {
            await using var bot = await Bot.GroupAsync(cluster.Product, token);
            var reply = await bot.AskAsync(frame.DeepClone());
            if (!reply["ok"]!.GetValue<bool>())
            {
                throw new InvalidOperationException(reply.ToJsonString());
            }

            accepted = Guid.Parse(reply["id"]!.GetValue<string>());
            return true;
        });
        return accepted;
    }

    public async Task<JsonNode?> OrderAsync(Guid decision) => (await cluster.Product.ListAsync($"/api/v1/orders?decision_id={decision}")).SingleOrDefault();

    public Task<JsonNode> OrderAsync(Guid decision, params string[] statuses) =>
        Wait.ForAsync($"the order is {string.Join('/', statuses)}", Patience, async () => await OrderAsync(decision) is { } order && statuses.Contains(order["status"]!.GetValue<string>()) ? order : null);

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
        await Wait.UntilAsync("it rests", Patience, async () => await OpenAsync(decision, "working") is not null ? true : throw new InvalidOperationException($"{await OrderAsync(decision)}"));
        return decision;
    }

    /// <summary>A first order through, so that stream and settings stand when a fault strikes.</summary>
    public async Task WarmAsync()
    {
        var order = await TradeAsync("LONG");
        Assert.That(order["status"]!.GetValue<string>(), Is.EqualTo("filled"), order.ToJsonString());
    }

    public Task FaultAsync(FaultKind kind, int? count = 1, double seconds = 0, decimal fraction = 0.5m, double probability = 1, IReadOnlyList<Operation>? on = null, int seed = 0) =>
        cluster.Emulator.FaultAsync(new Fault(kind) { Venue = venue, Key = key, Count = count, Seconds = seconds, Fraction = fraction, Probability = probability, On = on, Seed = seed });

    public Task<AccountView> AtVenueAsync() => cluster.Emulator.AccountAsync(venue, key);

    /// <summary>Orders that came in under the decision's client id.</summary>
    public async Task<int> CountAsync(Guid decision) => (await cluster.Emulator.CountsAsync(venue, key)).GetValueOrDefault(OrderIds.ClientOrder(decision));

    public async Task<decimal> VenueQtyAsync() => (await AtVenueAsync()).Positions.Where(p => p.Symbol == "BTCUSDT").Sum(p => p.Side == PositionSide.Short ? -Math.Abs(p.Qty) : p.Qty);

    public async Task<decimal> OurQtyAsync() =>
        decimal.Parse((await cluster.SqlAsync("select coalesce(sum(qty), 0) from execution.positions where account_id = $1 and symbol = 'BTCUSDT'", id))[0], CultureInfo.InvariantCulture);

    public Task PositionsAgreeAsync() => Wait.UntilAsync("both positions are the same", Patience, async () =>
        await VenueQtyAsync() is var theirs && await OurQtyAsync() is var ours && theirs == ours ? true : throw new InvalidOperationException($"venue {theirs}, ours {ours}"));

    /// <summary>The statuses that were announced, in their order.</summary>
    public Task<List<string>> StepsAsync(Guid decision) => cluster.SqlAsync(
        "select s.payload::jsonb->>'Status' from execution.order_steps s where s.order_id = $1 order by s.seq", OrderIds.Order(decision));
}
