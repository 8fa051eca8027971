using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Desk;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>What was checked is what is done: protection prices, leverage and position mode are the same here and where the orders are filled.</summary>
[TestFixture]
public sealed class AsCheckedTests
{
    private const decimal Price = 100_000.1m;

    private Stage _stage = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _stage = await Stage.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_stage is not null)
        {
            TestContext.Out.WriteLine(_stage.Product.Logs());
            await _stage.DisposeAsync();
        }
    }

    [Test]
    public async Task A_stop_half_a_tick_from_the_price_is_not_met_by_the_price_it_was_taken_at([Values] AccountKind kind, [Values("LONG", "SHORT")] string action)
    {
        await _stage.PriceAsync(Price);
        var account = await _stage.OpenAsync(kind);
        var (asked, trigger) = action == "LONG" ? (100_000.05m, 100_000m) : (100_000.15m, 100_000.2m);
        var decision = await account.DecideAsync(action, stopLoss: asked);
        await account.OrderAsync(decision, "protected");
        Assert.That(await TriggersAsync(account), Is.EqualTo(new[] { trigger }), "what waits is what was checked");
        Assert.That(await account.FillsAsync(), Has.Count.EqualTo(1), "it stands");
        Assert.That(Math.Abs(await account.HeldThereAsync()), Is.Positive);
        await _stage.PriceAsync(trigger);
        await account.UpdateAsync(decision, "stopped");
        await Wait.UntilAsync("it is flat on both sides", async () => (await account.HeldThereAsync(), await account.OurQtyAsync()) == (0m, 0m));
    }

    [Test]
    public async Task Leverage_is_one_number([Values] AccountKind kind)
    {
        await _stage.PriceAsync(Price);
        var account = await _stage.OpenAsync(kind);
        var order = await account.DoneAsync(await account.AskAsync("LONG", 1_000m, signal => signal["leverage"] = 2.9m));
        if (kind == AccountKind.Binance)
        {
            Assert.That(
                (order["status"]!.GetValue<string>(), order["reason"]?["code"]?.GetValue<string>(), order["reason"]?["nearest_acceptable"]?.GetValue<string>()),
                Is.EqualTo(("rejected", "LEVERAGE_STEP", "2")));
            order = await account.DoneAsync(await account.AskAsync("LONG", 1_000m, signal => signal["leverage"] = 2m));
        }

        var leverage = kind == AccountKind.Binance ? 2m : 2.9m;
        Assert.That(order["status"]!.GetValue<string>(), Is.EqualTo("filled"), order.ToJsonString());
        var held = await account.HeldThereAsync();
        Assert.That(held, Is.EqualTo(kind == AccountKind.Binance ? 0.019m : 0.028m).Or.EqualTo(0.0289m).Or.EqualTo(0.0199m), "margin × leverage / price, rounded down to the step");
        Assert.That(await LeverageThereAsync(account), Is.EqualTo(leverage));
        Assert.That(held * Price / leverage, Is.LessThanOrEqualTo(1_000m), "no more margin is locked than was asked for");
        Assert.That(held * Price / leverage, Is.GreaterThan(930m));
    }

    [Test]
    public async Task The_leverage_before_an_unanswered_request_for_another_is_not_taken_for_set([Values(AccountKind.Binance, AccountKind.Okx)] AccountKind kind)
    {
        // At Bybit it is read before it is set, so that what was set and not answered is found a moment later.
        await _stage.PriceAsync(Price);
        var account = await _stage.OpenAsync(kind);
        await account.DoneAsync(await account.AskAsync("LONG", 100m, signal => signal["leverage"] = 10m));
        await account.TradeAsync("CLOSE");
        var there = account.AtExchange!;
        await there.FaultAsync(FaultKind.TimeoutAfter, count: null, on: [Operation.Settings]);
        var unanswered = await account.AskAsync("LONG", 100m, signal => signal["leverage"] = 5m, TimeProvider.System.GetUtcNow().AddSeconds(10));
        var ended = await account.DoneAsync(unanswered);
        Assert.That((ended["status"]!.GetValue<string>(), await there.CountAsync(unanswered)), Is.EqualTo(("rejected", 0)), ended.ToJsonString());
        Assert.That((await _stage.Cluster.Emulator.FaultsAsync()).Single(f => f.Key == there.Key).Hits, Is.Positive, "the venue has set it and nobody was told");

        await _stage.Cluster.Emulator.ClearFaultsAsync(there.Key);
        var order = await account.DoneAsync(await account.AskAsync("LONG", 100m, signal => signal["leverage"] = 10m));
        Assert.That((order["status"]!.GetValue<string>(), await LeverageThereAsync(account)), Is.EqualTo(("filled", 10m)), order.ToJsonString());
    }

    [Test]
    public async Task A_leverage_that_another_group_uses_in_the_symbol_is_not_changed_under_it([Values(AccountKind.Exchange, AccountKind.Bybit)] AccountKind kind)
    {
        await _stage.PriceAsync(Price);
        var account = await _stage.OpenAsync(kind);
        await account.TradeAsync("LONG");
        var (group, token) = await _stage.Product.AddGroupAsync($"second_{Guid.NewGuid():n}");
        await _stage.Cluster.BindAsync(account.Id.ToString(), group);
        var second = new BotAccount(_stage.Cluster, account.Id, group, token);
        var refused = await second.DoneAsync(await second.AskAsync("LONG", 100m, signal => signal["leverage"] = 5m));
        Assert.That(
            (refused["reason"]?["code"]?.GetValue<string>(), refused["reason"]?["nearest_acceptable"]?.GetValue<string>()),
            Is.EqualTo(("LEVERAGE_IN_USE", "10")), refused.ToJsonString());
        Assert.That(await LeverageThereAsync(account), Is.EqualTo(10m));
        var taken = await second.DoneAsync(await second.AskAsync("LONG", 100m, signal => signal["leverage"] = 10m));
        Assert.That(taken["status"]!.GetValue<string>(), Is.EqualTo("filled"), taken.ToJsonString());
    }

    [Test]
    public async Task A_position_mode_that_differs_is_told_when_the_account_is_made_and_switched_only_when_confirmed([Values] VenueKind venue)
    {
        var body = await NewAccountAsync(venue, hedgeThere: true);
        using var refused = await _stage.Product.Http.PostAsJsonAsync(new Uri(_stage.Product.Front, "/api/v1/accounts"), body);
        var error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        Assert.That((refused.StatusCode, error["code"]?.GetValue<string>()), Is.EqualTo((HttpStatusCode.Conflict, "POSITION_MODE_MISMATCH")), error.ToJsonString());
        var detail = error["detail"]![0]!;
        Assert.That((detail["path"]!.GetValue<string>(), detail["got"]!.GetValue<string>()), Is.EqualTo(("position_mode", "oneway")));
        Assert.That(detail["rule"]!.GetValue<string>(), Does.StartWith("hedge, as it is at the exchange, or switch_modes true"));
        Assert.That((await ThereAsync(venue, body)).Hedge, Is.True, "nothing was switched");

        body["switch_modes"] = true;
        using var made = await _stage.Product.Http.PostAsJsonAsync(new Uri(_stage.Product.Front, "/api/v1/accounts"), body);
        var account = JsonNode.Parse(await made.Content.ReadAsStringAsync())!;
        Assert.That((made.StatusCode, account["credential_status"]?.GetValue<string>()), Is.EqualTo((HttpStatusCode.Created, "verified")), account.ToJsonString());
        Assert.That((await ThereAsync(venue, body)).Hedge, Is.False);
    }

    [Test]
    public async Task A_position_mode_that_somebody_changed_refuses_entries_and_is_never_switched_back_by_one(
        [Values(AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind, [Values] bool traded)
    {
        await _stage.PriceAsync(Price);
        var account = await _stage.OpenAsync(kind);
        if (traded)
        {
            await account.TradeAsync("LONG");
            await account.TradeAsync("CLOSE");
        }

        var (venue, key) = (kind.Emulated()!.Value, account.AtExchange!.Key);
        await _stage.Cluster.Emulator.SetModesAsync(venue, key, hedge: true);
        var refused = await account.TradeAsync("LONG");
        Assert.That(
            (refused["status"]!.GetValue<string>(), refused["reason"]?["code"]?.GetValue<string>()),
            Is.EqualTo(("rejected", "POSITION_MODE_MISMATCH")), refused.ToJsonString());
        Assert.That((await account.AtExchange.AtVenueAsync()).Hedge, Is.True, "nothing was switched");
        Assert.That(await ProblemAsync(account), Does.Contain("hedge at the exchange and oneway here"));

        using var verified = await _stage.Product.Http.PostAsJsonAsync(
            new Uri(_stage.Product.Front, $"/api/v1/accounts/{account.Id}/verify"), new JsonObject { ["switch_modes"] = true });
        Assert.That(verified.StatusCode, Is.EqualTo(HttpStatusCode.OK), await verified.Content.ReadAsStringAsync());
        Assert.That((await account.AtExchange.AtVenueAsync()).Hedge, Is.False);
        Assert.That((await account.TradeAsync("LONG"))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        Assert.That(await ProblemAsync(account), Is.Null);
    }

    private async Task<string?> ProblemAsync(TradingAccount account) =>
        JsonNode.Parse(await _stage.Product.Http.GetStringAsync(new Uri(_stage.Product.Front, $"/api/v1/accounts/{account.Id}")))!["problem"]?.GetValue<string>();

    private async Task<JsonObject> NewAccountAsync(VenueKind venue, bool hedgeThere)
    {
        var (key, secret, phrase) = ($"key{Guid.NewGuid():N}", $"secret{Guid.NewGuid():N}", venue == VenueKind.Okx ? "phrase" : null);
        await _stage.Cluster.Emulator.OpenAccountAsync(new AccountRequest(venue, key, secret, phrase ?? "", Hedge: hedgeThere, Demo: venue == VenueKind.Okx));
        var body = new JsonObject
        {
            ["name"] = $"{venue}-{key[^6..]}",
            ["exchange"] = venue.ToString().ToLowerInvariant(),
            ["mode"] = "sandbox",
            ["margin_mode"] = "cross",
            ["position_mode"] = "oneway",
            ["api_key"] = key,
            ["api_secret"] = secret,
        };
        if (phrase is not null)
        {
            body["passphrase"] = phrase;
        }

        return body;
    }

    private Task<AccountView> ThereAsync(VenueKind venue, JsonObject body) => _stage.Cluster.Emulator.AccountAsync(venue, body["api_key"]!.GetValue<string>());

    private static Task<List<decimal>> TriggersAsync(TradingAccount account) => account.Kind switch
    {
        AccountKind.Instant => NumbersAsync(account, "select trigger_price from execution.protection_legs where account_id = $1 and status = 'waiting'"),
        AccountKind.Exchange => NumbersAsync(
            account,
            """
            select (o->>'TriggerPrice')::numeric from execution.simulated_venues v, jsonb_array_elements(v.state::jsonb->'Exchange'->'Orders') o
            where v.account_id = $1 and o->>'TriggerPrice' is not null
            """),
        _ => AtVenueAsync(account),
    };

    private static async Task<List<decimal>> AtVenueAsync(TradingAccount account) =>
        [.. (await account.AtExchange!.AtVenueAsync()).Algos.Where(a => a.State == AlgoState.Waiting).SelectMany(a => a.Legs).Select(l => l.TriggerPrice)];

    private static async Task<decimal> LeverageThereAsync(TradingAccount account) => account.Kind switch
    {
        AccountKind.Instant => (await NumbersAsync(account, "select leverage from execution.positions where account_id = $1 and symbol = 'BTCUSDT'")).Single(),
        AccountKind.Exchange => (await NumbersAsync(
            account,
            """
            select (m->>'Leverage')::numeric from execution.simulated_venues v, jsonb_array_elements(v.state::jsonb->'Exchange'->'Markets') m
            where v.account_id = $1 and m->'Terms'->'Instrument'->>'Symbol' = 'BTCUSDT'
            """)).Single(),
        _ => (await account.AtExchange!.AtVenueAsync()).Positions.Single(p => p.Symbol == "BTCUSDT").Leverage,
    };

    private static async Task<List<decimal>> NumbersAsync(TradingAccount account, string sql) =>
        [.. (await account.Cluster.SqlAsync(sql, account.Id)).Select(n => decimal.Parse(n, CultureInfo.InvariantCulture))];
}
