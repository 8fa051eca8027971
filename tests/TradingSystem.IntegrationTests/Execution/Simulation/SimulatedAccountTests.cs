using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Simulation;

/// <summary>The whole product, in which every new group's account trades on the simulated exchange, killed as it pleases.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class SimulatedAccountTests(bool distributed)
{
    private TradingCluster _cluster = null!;

    private string Execution => distributed ? "execution" : "standalone";

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await TradingCluster.StartAsync(distributed, settings: new Dictionary<string, string>
    {
        ["EXECUTION__FILLMODEL"] = "exchange",

        // So small a share of a trade that many an order is filled in parts.
        ["EXECUTION__SIMULATION__VOLUMESHARE"] = "0.02",
        ["EXECUTION__VENUES__RECVWINDOW"] = "00:00:01.500",
        ["EXECUTION__VENUES__ORDERDEADLINE"] = "00:00:01",
    });

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        TestContext.Out.WriteLine(_cluster.Logs());
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task A_bot_hears_every_step_of_its_order_with_the_same_fields_as_at_any_exchange()
    {
        var (group, token, account) = await OpenAsync();
        Assert.That((string?)(await AccountAsync(account))["fill_model"], Is.EqualTo("exchange"));
        var price = await PriceAsync(group, token);
        await using var bot = await Wait.ForAsync("the token is free again", async () => (Bot?)await OpenAsync(token));
        var frame = Bot.Decision("LONG", 50m, $"d-{Guid.NewGuid():n}");
        var payload = JsonNode.Parse(frame["payload"]!.GetValue<string>())!;
        payload["signal"]!["stop_loss"] = decimal.Floor(price * 0.8m);
        payload["signal"]!["take_profit"] = decimal.Floor(price * 1.2m);
        frame["payload"] = payload.ToJsonString();
        var id = frame["decision_id"]!.GetValue<string>();
        await bot.SendAsync(frame);
        var updates = new List<JsonObject>();
        while (updates.Count == 0 || (string)updates[^1]["status"]! != "protected")
        {
            var update = await bot.OfTypeAsync("order_update", Wait.Most);
            if ((string?)update["decision_id"] == id)
            {
                updates.Add(update);
            }
        }

        // The trade of the market that came next may have been too small for the whole order.
        Assert.That(updates.Select(u => (string)u["status"]!).Where(s => s != "partially_filled"), Is.EqualTo(new[] { "accepted", "submitted", "filled", "protected" }));
        Assert.That(updates.Select(u => string.Join(' ', u.Select(f => f.Key))).Distinct().Count(), Is.EqualTo(1));
        var receipt = await _cluster.CompleteAsync(await _cluster.KillAsync(group, flatten: true));
        Assert.That((string)receipt["status"]!, Is.EqualTo("complete"));
        await Wait.UntilAsync("it is flat and its legs are gone", async () =>
            (await SqlAsync("select (select coalesce(sum(abs(qty)), 0) from execution.positions where account_id = $1), (select count(*) from execution.desk_orders where account_id = $1 and state in ('pending', 'sending', 'working', 'unknown', 'held'))", account)).Single() is var left
                && left.Split('|').All(n => Number(n) == 0m));
    }

    [Test]
    public async Task A_process_that_dies_between_the_exchanges_fill_and_its_booking_books_it_once_when_it_is_back()
    {
        var (group, token, account) = await OpenAsync();
        await PriceAsync(group, token);
        Guid decision;
        await using (await LockAsync("execution.fills"))
        {
            decision = await DecideAsync(token);
            await Wait.UntilAsync("the exchange has filled some of it", async () => (await RecordsAsync(account, decision)).Fills > 0);
            await _cluster.KillAsync(Execution);
        }

        await BackAsync();
        await EndsFilledOnceAsync(account, decision);
    }

    [Test]
    public async Task A_process_that_dies_before_the_exchange_has_kept_the_order_places_it_once_when_it_is_back()
    {
        var (group, token, account) = await OpenAsync();
        await PriceAsync(group, token);
        Guid decision;
        await using (await LockAsync("execution.simulated_venues"))
        {
            decision = await DecideAsync(token);
            await Wait.UntilAsync(
                "it has left",
                async () => (await SqlAsync("select state from execution.desk_orders where decision_id = $1", decision)).SingleOrDefault() == "sending");
            Assert.That(await RecordsAsync(account, decision), Is.EqualTo(new Records(0, 0, 0m)));
            await _cluster.KillAsync(Execution);
        }

        await BackAsync();
        await EndsFilledOnceAsync(account, decision);
    }

    [Test]
    public async Task A_node_that_is_left_over_takes_the_account_with_all_that_it_holds()
    {
        if (!distributed)
        {
            Assert.Ignore("One process has no other node.");
        }

        var (group, token, account) = await OpenAsync();
        var price = await PriceAsync(group, token);
        var decision = await DecideAsync(token, "LONG", decimal.Floor(price * 0.8m));
        await Wait.UntilAsync("it is protected", async () => await StatusAsync(decision) == "protected");
        var owner = await EpochAsync(account);
        var other = await _cluster.AddExecutionAsync();
        await _cluster.KillAsync("execution");
        var closing = await DecideAsync(token, "CLOSE");
        await Wait.UntilAsync("the other node closes it", async () => await StatusAsync(closing) == "closed" && await StatusAsync(decision) == "closed");
        Assert.That(await EpochAsync(account), Is.GreaterThan(owner));
        var (opened, closed) = (await RecordsAsync(account, decision), await RecordsAsync(account, closing));
        Assert.That((opened.Orders, closed.Orders, closed.Quantity), Is.EqualTo((1, 1, opened.Quantity)));
        await Wait.UntilAsync("the exchange holds nothing", async () =>
            (await SqlAsync("select jsonb_array_length((state::jsonb)->'Exchange'->'Positions') + jsonb_array_length((state::jsonb)->'Exchange'->'Orders') from execution.simulated_venues where account_id = $1", account)).Single() == "0");
        _cluster.Restart("execution");
        await _cluster.ReadyAsync();
        await _cluster.RemoveAsync(other);
    }

    private async Task<long> EpochAsync(string account) =>
        long.Parse((await SqlAsync("select epoch from execution.desk_owners where account_id = $1", account)).Single(), CultureInfo.InvariantCulture);

    private async Task<string?> StatusAsync(Guid decision) => (await SqlAsync("select status from execution.orders where decision_id = $1", decision)).SingleOrDefault();

    private async Task BackAsync()
    {
        _cluster.Restart(Execution);
        await _cluster.ReadyAsync();
    }

    private async Task EndsFilledOnceAsync(string account, Guid decision)
    {
        var order = await Wait.ForAsync("the order has ended", async () =>
            (await _cluster.ListAsync($"/api/v1/orders?decision_id={decision}")).SingleOrDefault() is { } o && (string)o["status"]! is "filled" or "rejected" or "canceled" ? o : null);
        Assert.That((string)order["status"]!, Is.EqualTo("filled"), order.ToJsonString());
        var known = await RecordsAsync(account, decision);
        Assert.That((known.Orders, known.Quantity), Is.EqualTo((1, (decimal)order["qty"]!)), "one order at the exchange, filled once");
        var booked = (await SqlAsync("select count(*), sum(qty) from execution.fills where order_id = $1", OrderIds.Order(decision))).Single().Split('|');
        Assert.That((Number(booked[0]), Number(booked[1])), Is.EqualTo(((decimal)known.Fills, known.Quantity)), "each fill booked once");
        await Wait.UntilAsync("the exchange and the books hold the same", async () =>
            (await SqlAsync(
                """
                select (select (p->>'Quantity')::numeric from jsonb_array_elements((v.state::jsonb)->'Exchange'->'Positions') p) = (select sum(qty) from execution.positions where account_id = v.account_id)
                from execution.simulated_venues v where v.account_id = $1
                """,
                Guid.Parse(account))).Single() == "True");
    }

    /// <summary>A group of its own with the account that it got by itself.</summary>
    private async Task<(string Group, string Token, string Account)> OpenAsync()
    {
        var (group, token) = await _cluster.AddGroupAsync($"simulated_{Guid.NewGuid():n}");
        var account = await Wait.ForAsync(
            "the group has its account", async () => (string?)(await _cluster.ListAsync($"/api/v1/accounts?group_id={group}")).SingleOrDefault()?["id"]);
        return (group, token, account);
    }

    /// <summary>A session behind its first frame.</summary>
    private async Task<Bot> OpenAsync(string token)
    {
        var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&features=orders");
        if (await bot.ReceiveAsync() is not null)
        {
            return bot;
        }

        await bot.DisposeAsync();
        throw new InvalidOperationException($"closed {bot.CloseReason}");
    }

    private async Task<JsonNode> AccountAsync(string account) => (await _cluster.Http.GetFromJsonAsync<JsonObject>(new Uri(_cluster.Front, $"/api/v1/accounts/{account}")))!;

    private async Task<Guid> DecideAsync(string token, string action = "LONG", decimal? stop = null)
    {
        // The key of the decision keeps a repeated one from counting twice.
        var frame = Bot.Decision(action, 50m, $"d-{Guid.NewGuid():n}");
        if (stop is not null)
        {
            var payload = JsonNode.Parse(frame["payload"]!.GetValue<string>())!;
            payload["signal"]!["stop_loss"] = stop;
            frame["payload"] = payload.ToJsonString();
        }

        var accepted = await Wait.ForAsync("the decision is accepted", async () =>
        {
            await using var bot = await OpenAsync(token);
            var reply = await bot.AskAsync(frame.DeepClone());
            return (string?)reply["id"] ?? throw new InvalidOperationException(reply.ToJsonString());
        });
        return Guid.Parse(accepted);
    }

    /// <summary>The feed's, by a first trade, after which everything stands.</summary>
    private async Task<decimal> PriceAsync(string group, string token)
    {
        foreach (var action in new[] { "LONG", "CLOSE" })
        {
            var decision = await DecideAsync(token, action);
            await Wait.UntilAsync($"the first {action} is through", async () =>
                (await _cluster.ListAsync($"/api/v1/orders?decision_id={decision}")).SingleOrDefault() is { } o && (string)o["status"]! is "filled" or "closed");
        }

        return Number((await SqlAsync("select avg_price from execution.orders where group_id = $1 and avg_price is not null limit 1", Guid.Parse(group))).Single());
    }

    /// <summary>What the exchange knows of the decision. A trade of the market may be too small for the whole order, which is then filled in parts.</summary>
    private async Task<Records> RecordsAsync(string account, Guid decision)
    {
        var fields = (await SqlAsync(
            """
            select count(*) filter (where kind = 'order'), count(*) filter (where kind = 'fill'), coalesce(sum((body::jsonb->>'Quantity')::numeric) filter (where kind = 'fill'), 0)
            from execution.simulated_venue_records where account_id = $1 and client_id = $2
            """,
            Guid.Parse(account), OrderIds.ClientOrder(decision))).Single().Split('|');
        return new((int)Number(fields[0]), (int)Number(fields[1]), Number(fields[2]));
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Records(int Orders, int Fills, decimal Quantity);

    /// <summary>Lets nobody write the table for as long as it is held.</summary>
    private async Task<IAsyncDisposable> LockAsync(string table)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_cluster.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {table} in share row exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task<List<string>> SqlAsync(string sql, params object[] values)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.ConnectionString);
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value is string text && Guid.TryParse(text, out var id) ? id : value });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
