using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>What <c>validate_only</c> says of a decision is what then becomes of it, on every kind of account, and saying it leaves nothing behind.</summary>
[TestFixture]
public sealed class ValidateOnlyTests
{
    private Stage _stage = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _stage = await Stage.StartAsync(distributed: true);

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_stage is not null)
        {
            await _stage.DisposeAsync();
        }
    }

    [Test, Order(1)]
    public async Task What_it_says_is_what_then_happens([Values] AccountKind kind)
    {
        await _stage.PriceAsync(Stage.Price);
        var account = await _stage.OpenAsync(kind);

        // 55 × 10 at 100,000 is 0.0055, which is 0.005 on every grid but OKX's, whose lots are a hundredth of a contract.
        var qty = kind == AccountKind.Okx ? 0.0055m : 0.005m;
        var would = await WouldAsync(account, "LONG", 55m, seen: w => Text(w, "action") == "order");
        Assert.That((Text(would, "side"), Number(would, "qty"), would["reason"]), Is.EqualTo(("BUY", qty, (JsonNode?)null)), would.ToJsonString());
        Assert.That(Number(would, "margin"), Is.EqualTo(qty * Stage.Price / 10m).Within(1m));
        Assert.That((Number(would, "price") > 0m, Number(would, "fee") > 0m), Is.EqualTo((true, true)));
        var small = await WouldAsync(account, "LONG", 0.1m);
        Assert.That((Text(small, "action"), Text(small["reason"], "code")), Is.EqualTo(("refused", "QTY_TOO_SMALL")), small.ToJsonString());
        var nothing = await WouldAsync(account, "CLOSE", 0m);
        Assert.That((Text(nothing, "action"), Text(nothing["reason"], "code")), Is.EqualTo(("refused", "NO_POSITION")), nothing.ToJsonString());
        Assert.That(await OrdersAsync(account), Is.Empty, "it only asked");

        await LimitsAsync(account, new() { ["max_order_notional"] = 200 });
        var limited = await WouldAsync(account, "LONG", 55m);
        Assert.That(Text(limited["reason"], "code"), Is.EqualTo("ORDER_NOTIONAL_LIMIT"), limited.ToJsonString());
        var refused = await account.TradeAsync("LONG", 55m);
        Assert.That(
            (Text(refused, "status"), Text(refused["reason"], "code"), Text(refused["reason"], "limit"), Text(refused["reason"], "nearest_acceptable")),
            Is.EqualTo(("rejected", "ORDER_NOTIONAL_LIMIT", Text(limited["reason"], "limit"), Text(limited["reason"], "nearest_acceptable"))));
        await LimitsAsync(account, []);

        var opened = await account.TradeAsync("LONG", 55m);
        Assert.That((Text(opened, "status"), Number(opened, "qty")), Is.EqualTo(("filled", qty)), opened.ToJsonString());
        var close = await WouldAsync(account, "CLOSE", 0m);
        Assert.That((Text(close, "action"), Text(close, "side"), Number(close, "qty"), close["margin"]), Is.EqualTo(("order", "SELL", qty, (JsonNode?)null)), close.ToJsonString());
        var tooSmall = await account.TradeAsync("LONG", 0.1m);
        Assert.That((Text(tooSmall["reason"], "code"), Text(tooSmall["reason"], "nearest_acceptable")), Is.EqualTo(("QTY_TOO_SMALL", Text(small["reason"], "nearest_acceptable"))));
        var closed = await account.TradeAsync("CLOSE", 0m);
        Assert.That((Text(closed, "status"), Number(closed, "qty")), Is.EqualTo(("closed", qty)), closed.ToJsonString());
        Assert.That(await OrdersAsync(account), Has.Count.EqualTo(4), "the four that were meant");
    }

    [Test, Order(2)]
    public async Task A_way_out_that_takes_back_what_rests_is_told_as_the_order_that_it_is(
        [Values(AccountKind.Exchange, AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        await _stage.PriceAsync(Stage.Price);
        var account = await _stage.OpenAsync(kind);
        var opened = await account.TradeAsync("LONG", 55m);
        var resting = await account.RestAsync("CLOSE", Stage.Price + 5_000m);
        var would = await WouldAsync(account, "CLOSE", 0m);
        Assert.That((Text(would, "action"), Text(would, "side"), Number(would, "qty")), Is.EqualTo(("order", "SELL", Number(opened, "qty"))), would.ToJsonString());
        Assert.That(await account.OpenAsync(resting, "working"), Is.Not.Null, "it only asked");
        var closed = await account.TradeAsync("CLOSE", 0m);
        Assert.That((Text(closed, "status"), Number(closed, "qty")), Is.EqualTo(("closed", Number(opened, "qty"))), closed.ToJsonString());
    }

    [Test, Order(2)]
    public async Task It_counts_for_no_rate_and_sets_nobody_to_reducing([Values] AccountKind kind)
    {
        await _stage.PriceAsync(Stage.Price);
        var account = await _stage.OpenAsync(kind);
        await LimitsAsync(account, new() { ["max_group_orders_per_minute"] = 1 });
        for (var i = 0; i < 3; i++)
        {
            var would = await WouldAsync(account, "LONG", 55m, seen: w => Text(w, "action") == "order");
            Assert.That(Text(would, "action"), Is.EqualTo("order"), would.ToJsonString());
        }

        Assert.That(Text(await account.TradeAsync("LONG", 55m), "status"), Is.EqualTo("filled"), "the first that is meant");
        var second = await WouldAsync(account, "LONG", 55m);
        Assert.That(Text(second["reason"], "code"), Is.EqualTo("GROUP_ORDER_RATE_LIMIT"), second.ToJsonString());
        var (_, controls) = await _stage.Product.CallAsync(HttpMethod.Get, "/api/v1/controls");
        Assert.That(controls["items"]!.AsArray().Where(c => Text(c, "scope_id") == account.Group && Text(c, "state") != "ACTIVE"), Is.Empty, "only a decision that is meant trips");
        Assert.That(await OrdersAsync(account), Has.Count.EqualTo(1));
    }

    [Test, Order(3)]
    public async Task A_decision_that_was_accepted_is_told_as_a_repetition_and_another_body_as_reuse()
    {
        var account = await _stage.OpenAsync(AccountKind.Instant);
        var frame = Bot.Decision("LONG", 55m, $"again-{Guid.NewGuid():n}");
        await account.DoneAsync(await account.SendAsync(frame));
        var again = await AskAsync(account, Checked(frame));
        Assert.That((Text(again, "message"), (bool?)again["duplicate"], Text(again["would"], "action")), Is.EqualTo(("valid", (bool?)true, "nothing")), again.ToJsonString());
        var other = Bot.Decision("SHORT", 55m, frame["decision_id"]!.GetValue<string>());
        Assert.That(Text(await AskAsync(account, Checked(other)), "code"), Is.EqualTo("DECISION_ID_REUSED"));
    }

    /// <summary>Last: it ends execution.</summary>
    [Test, Order(4)]
    public async Task Without_execution_it_says_that_only_the_frame_was_checked()
    {
        var account = await _stage.OpenAsync(AccountKind.Instant);
        await WouldAsync(account, "LONG", 55m);
        await _stage.Product.KillAsync(_stage.Execution);
        var reply = await AskAsync(account, Checked(Bot.Decision("LONG", 55m)));
        Assert.That((Text(reply, "message"), Text(reply, "checked"), reply["would"]), Is.EqualTo(("valid", "frame", (JsonNode?)null)), reply.ToJsonString());
        Assert.That(Text(reply, "note"), Does.Contain("not checked"));
    }

    /// <param name="seen">Asked again until it says so: a desk that has just opened, or a price that has just come, is not there at once.</param>
    private async Task<JsonNode> WouldAsync(TradingAccount account, string action, decimal marginUsd, Func<JsonNode, bool>? seen = null) =>
        await Wait.ForAsync($"what would become of {action} is said", async () =>
        {
            var reply = await AskAsync(account, Checked(Bot.Decision(action, marginUsd, $"asked-{Guid.NewGuid():n}")));
            return Text(reply, "checked") == "limits" && reply["would"] is { } would && (seen is null || seen(would))
                ? would
                : throw new InvalidOperationException(reply.ToJsonString());
        });

    private async Task<JsonObject> AskAsync(TradingAccount account, JsonObject frame)
    {
        await using var bot = await Bot.GroupAsync(_stage.Product, account.Token);
        await bot.ReceiveAsync();
        return await bot.AskAsync(frame);
    }

    private static JsonObject Checked(JsonObject frame)
    {
        var copy = frame.DeepClone().AsObject();
        copy["validate_only"] = true;
        return copy;
    }

    private async Task LimitsAsync(TradingAccount account, JsonObject limits)
    {
        var (status, body) = await _stage.Product.CallAsync(HttpMethod.Put, $"/api/v1/risk/limits/group/{account.Group}", limits);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.ToJsonString());
    }

    private Task<IReadOnlyList<JsonNode>> OrdersAsync(TradingAccount account) => _stage.Product.ListAsync($"/api/v1/orders?group_id={account.Group}");

    private static string? Text(JsonNode? node, string field) => node?[field]?.ToString();

    private static decimal Number(JsonNode node, string field) => node[field]!.GetValue<decimal>();
}
