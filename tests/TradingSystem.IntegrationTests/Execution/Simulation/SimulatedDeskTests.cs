using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;
using TradingSystem.IntegrationTests.Execution.Accounts;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.IntegrationTests.Execution.Simulation;

/// <summary>The desk over the simulated exchange, with prices as the test makes them. Every test has an account of its own.</summary>
[TestFixture]
public sealed class SimulatedDeskTests
{
    private const decimal Usual = 100_000m;

    private readonly FixtureDatabase _database = new();
    private AccountsHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        _host = await AccountsHost.StartAsync(_database.ConnectionString, ("Execution:Simulation:FundingInterval", "00:00:01"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public void BeginAtTheUsualPrice() => Price(Usual);

    [TestCase(true, "stopped")]
    [TestCase(false, "took_profit")]
    public async Task A_protected_entry_ends_with_the_leg_that_the_price_reaches_and_the_other_leg_goes(bool stop, string end)
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        var decision = await account.DecideAsync(TradeAction.Long, 0.1m, 95_000m, 105_000m);
        var entry = await account.OrderAsync(decision, "protected");
        Assert.That((entry.Qty, entry.Side, entry.IsAtVenue, entry.Mode), Is.EqualTo((0.1m, "BUY", true, "simulated")));
        Assert.That((await account.KeptAsync()).Orders, Has.Length.EqualTo(2));
        Price(stop ? 94_000m : 106_000m);
        var order = await account.OrderAsync(decision, end);
        Assert.That((order.Side, order.Qty, order.RealizedPnl, order.Fee), Is.EqualTo(("BUY", 0.1m, 0m, entry.Fee)), "the entry's row stays what the entry was");
        var exit = await account.ExitAsync(decision, end);
        Assert.That((exit.Side, exit.Qty, exit.RealizedPnl), Is.EqualTo(("SELL", 0.1m, 0.1m * (exit.AvgPrice!.Value - entry.AvgPrice!.Value))));
        Assert.That(exit.AvgPrice, stop ? Is.LessThan(95_000m) : Is.GreaterThan(105_000m));
        Assert.That(await account.StepsAsync(decision), Is.EqualTo(new[] { "accepted", "submitted", "filled", "protected", end }));
        await account.UntilAsync("both legs have ended", async () => (await account.KeptAsync()).Orders.IsEmpty && !await HasOpenAsync(account));
        Assert.That((await account.HeldAsync(), (await account.KeptAsync()).Positions.Length), Is.EqualTo((0m, 0)));
        await BalancesAgreeAsync(account);
    }

    [Test]
    public async Task A_limit_order_rests_until_the_price_goes_through_it_and_a_close_takes_the_next_one_back()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        var first = await account.RestAsync(TradeAction.Long, 99_000m);
        Price(99_000m);
        Assert.That((await account.KeptAsync()).Orders, Has.Length.EqualTo(1), "a touch fills nothing");
        Price(98_900m);
        var filled = await account.OrderAsync(first, "filled");
        Assert.That((filled.AvgPrice, filled.Qty), Is.EqualTo((99_000m, 0.1m)));
        var next = await account.RestAsync(TradeAction.Long, 98_000m);
        await account.OrderAsync(await account.DecideAsync(TradeAction.Close), "closed");
        Assert.That((await account.OrderAsync(next, "canceled")).ReasonCode, Is.EqualTo("CLOSED_BY_DECISION"));
        Assert.That(((await account.KeptAsync()).Orders.Length, await account.HeldAsync()), Is.EqualTo((0, 0m)));
        await BalancesAgreeAsync(account);
    }

    [Test]
    public async Task A_larger_order_is_filled_in_parts_with_what_is_traded_and_protected_as_far_as_it_is()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        Assert.That((await account.TradeAsync(TradeAction.Long)).Status, Is.EqualTo("filled"));
        ExchangeAccount.Price(_host, Usual, traded: 2m);
        var decision = await account.DecideAsync(TradeAction.Long, 0.6m, stop: 95_000m);
        await account.OrderAsync(decision, "partially_filled");
        await account.UntilAsync("the stop is as large as what is held", async () =>
            await account.HeldAsync() is var held && held is > 0.1m and < 0.7m && (await account.KeptAsync()).Orders.Any(o => o.ClientId is not null && o.Waits && o.Quantity == held));
        ExchangeAccount.Price(_host, Usual + 1m, traded: 2m);
        await account.UntilAsync("it goes on with what is traded next", async () => await account.HeldAsync() >= 0.4m);
        ExchangeAccount.Price(_host, Usual + 2m, traded: 100m);
        var order = await account.OrderAsync(decision, "protected");
        Assert.That((order.Qty, await account.HeldAsync()), Is.EqualTo((0.6m, 0.7m)));
        ExchangeAccount.Price(_host, Usual);
        await account.OrderAsync(await account.DecideAsync(TradeAction.Close), "closed");
        await BalancesAgreeAsync(account);
    }

    [Test]
    public async Task A_close_takes_back_what_is_left_of_an_order_that_is_filled_in_parts()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        Assert.That((await account.TradeAsync(TradeAction.Long)).Status, Is.EqualTo("filled"));
        ExchangeAccount.Price(_host, Usual, traded: 2m);
        var entry = await account.DecideAsync(TradeAction.Long, 0.6m);
        await account.OrderAsync(entry, "partially_filled");
        var closing = await account.DecideAsync(TradeAction.Close);
        Assert.That((await account.OrderAsync(entry, "canceled")).ReasonCode, Is.EqualTo("CLOSED_BY_DECISION"));
        ExchangeAccount.Price(_host, Usual, traded: 100m);
        await account.OrderAsync(closing, "closed");
        Assert.That((await account.HeldAsync(), (await account.KeptAsync()).Orders.Length), Is.EqualTo((0m, 0)));
        await BalancesAgreeAsync(account);
    }

    [Test]
    public async Task A_close_is_told_as_one_and_leaves_nothing()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        Assert.That((await account.TradeAsync(TradeAction.Short)).Status, Is.EqualTo("filled"));
        var closing = await account.DecideAsync(TradeAction.Close);
        await account.OrderAsync(closing, "closed");
        Assert.That(await account.StepsAsync(closing), Is.EqualTo(new[] { "accepted", "submitted", "closed" }));
        await BalancesAgreeAsync(account);
    }

    [Test]
    public async Task A_liquidation_is_booked_at_once_on_the_group_that_held_the_position_and_ends_its_entry()
    {
        var account = await ExchangeAccount.OpenAsync(_host, balance: 1_100m);
        var decision = await account.DecideAsync(TradeAction.Long, 0.1m, stop: 50_000m);
        await account.OrderAsync(decision, "protected");
        Price(90_000m);
        Price(88_000m);
        Assert.That((await account.OrderAsync(decision, "closed")).ReasonCode, Is.EqualTo("LIQUIDATED"));
        var order = await account.ExitAsync(decision, "closed");
        Assert.That((order.Side, order.RealizedPnl), Is.EqualTo(("SELL", -1_200m)).Using<decimal>((a, b) => Math.Abs(a - b) < 10m));
        Assert.That(await account.StepsAsync(decision), Is.EqualTo(new[] { "accepted", "submitted", "filled", "protected", "closed" }));
        var fills = await _host.ReadAsync(db => db.Fills.AsNoTracking().Where(f => f.AccountId == account.Id).OrderBy(f => f.Seq).ToListAsync());
        Assert.That(fills.Select(f => (f.Side, f.Qty, f.GroupId)), Is.EqualTo(new[] { ("BUY", 0.1m, account.Group), ("SELL", 0.1m, account.Group) }));
        Assert.That(fills[1].RealizedPnl, Is.EqualTo(order.RealizedPnl));
        Assert.That((await account.HeldAsync(), (await account.LogAsync("liquidation")).Count), Is.EqualTo((0m, 1)));
        await BalancesAgreeAsync(account);
        Assert.That(await account.BalanceAsync(), Is.InRange(0m, 100m));
        await account.UntilAsync("no leg is left", async () => !await HasOpenAsync(account));
    }

    [Test]
    public async Task Funding_moves_the_balance_and_each_payment_is_logged_once()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        await account.TradeAsync(TradeAction.Long);
        await account.UntilAsync("some payments are booked", async () =>
        {
            Price(Usual);
            return (await account.LogAsync("funding")).Count >= 3;
        });
        await account.TradeAsync(TradeAction.Close);
        await BalancesAgreeAsync(account);
        var log = await account.LogAsync("funding");
        var kept = await account.KeptAsync();
        Assert.That(log.Select(r => r.VenueValue), Is.Unique.And.All.StartsWith("-1 ("), "0.1 at 100,000 costs a ten-thousandth of 10,000 each time");
        Assert.That(kept.Funding, Is.EqualTo(-1m * log.Count));
        Assert.That(await account.LogAsync("balance"), Is.Empty);
    }

    [Test]
    public async Task Opposing_groups_of_one_account_keep_their_own_positions_and_their_own_stops()
    {
        var one = await ExchangeAccount.OpenAsync(_host);
        var other = await one.WithAnotherGroupAsync();
        var entry = await one.DecideAsync(TradeAction.Long, 0.1m, stop: 95_000m);
        await one.OrderAsync(entry, "protected");
        var against = await other.DecideAsync(TradeAction.Short, 0.3m, stop: 105_000m);
        await other.OrderAsync(against, "protected");
        Assert.That((await one.HeldAsync(), await other.HeldAsync(), (await one.KeptAsync()).Position("BTCUSDT", null).Quantity), Is.EqualTo((0.1m, -0.3m, -0.2m)));
        await one.UntilAsync("both stops wait", async () => (await one.KeptAsync()).Orders.Count(o => o.Waits) == 2);
        Price(94_000m);
        await one.OrderAsync(entry, "stopped");
        Assert.That((await one.HeldAsync(), await other.HeldAsync(), (await one.KeptAsync()).Position("BTCUSDT", null).Quantity), Is.EqualTo((0m, -0.3m, -0.3m)));
        Price(106_000m);
        await other.OrderAsync(against, "stopped");
        Assert.That((await other.HeldAsync(), (await one.KeptAsync()).Positions.Length), Is.EqualTo((0m, 0)));
        await BalancesAgreeAsync(one);
    }

    [Test]
    public async Task A_hedge_account_holds_both_sides_and_each_group_closes_its_own()
    {
        var one = await ExchangeAccount.OpenAsync(_host, hedge: true);
        var other = await one.WithAnotherGroupAsync();
        var entry = await one.DecideAsync(TradeAction.Long, 0.1m, stop: 95_000m);
        await one.OrderAsync(entry, "protected");
        Assert.That((await other.TradeAsync(TradeAction.Short, 0.2m)).Status, Is.EqualTo("filled"));
        Assert.That(
            (await one.KeptAsync()).Positions.Select(p => (p.Side, p.Quantity)).Order(),
            Is.EqualTo(new (PositionSide?, decimal)[] { (PositionSide.Long, 0.1m), (PositionSide.Short, -0.2m) }));
        Assert.That((await other.TradeAsync(TradeAction.Long, 0.5m)).ReasonCode, Is.EqualTo("POSITION_WOULD_TURN"));
        Price(94_000m);
        await one.OrderAsync(entry, "stopped");
        Assert.That((await one.KeptAsync()).Positions.Select(p => (p.Side, p.Quantity)), Is.EqualTo(new (PositionSide?, decimal)[] { (PositionSide.Short, -0.2m) }));
        Assert.That((await other.TradeAsync(TradeAction.Close)).Status, Is.EqualTo("closed"));
        await BalancesAgreeAsync(one);
    }

    [Test]
    public async Task An_order_that_the_margin_does_not_carry_is_refused_with_its_reason()
    {
        var account = await ExchangeAccount.OpenAsync(_host, balance: 100m);
        var refused = await account.TradeAsync(TradeAction.Long, 0.1m);
        Assert.That((refused.Status, refused.ReasonCode), Is.EqualTo(("rejected", "INSUFFICIENT_MARGIN")).Or.EqualTo(("rejected", "MARGIN_INSUFFICIENT")), refused.ReasonMessage);
        Assert.That(await account.HeldAsync(), Is.Zero);
    }

    [Test]
    public async Task A_kill_cancels_the_legs_flattens_and_lets_nothing_in()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        var decision = await account.DecideAsync(TradeAction.Long, 0.1m, 95_000m, 105_000m);
        await account.OrderAsync(decision, "protected");
        using var answer = await _host.Http.PostAsJsonAsync(
            new Uri("/api/v1/kill", UriKind.Relative), new { scope = "group", id = account.Group, flatten = true, reason = "a drill" });
        Assert.That((int)answer.StatusCode, Is.AnyOf(200, 202), await answer.Content.ReadAsStringAsync());
        await account.UntilAsync("it is flat", async () => await account.HeldAsync() == 0m && await account.KeptAsync() is { Positions.IsEmpty: true, Orders.IsEmpty: true });
        await account.OrderAsync(decision, "closed");
        Assert.That((await account.TradeAsync(TradeAction.Long)).ReasonCode, Is.AnyOf("HALTED", "FENCED"));
    }

    [Test]
    public async Task A_kill_and_a_close_all_go_on_with_what_is_traded_until_one_closing_order_has_taken_all()
    {
        var account = await ExchangeAccount.OpenAsync(_host, balance: 100_000m);
        Assert.That((await account.TradeAsync(TradeAction.Long, 0.7m)).Status, Is.EqualTo("filled"));
        ExchangeAccount.Price(_host, Usual, traded: 0.2m);
        foreach (var (path, body) in new (string, object)[]
        {
            ("kill", new { scope = "group", id = account.Group, flatten = true, reason = "a drill" }),
            ("controls/close-all", new { scope = "group", id = account.Group, reason = "the same again" }),
        })
        {
            using var answer = await _host.Http.PostAsJsonAsync(new Uri($"/api/v1/{path}", UriKind.Relative), body);
            Assert.That((int)answer.StatusCode, Is.EqualTo(202), await answer.Content.ReadAsStringAsync());
        }

        Assert.That(await account.HeldAsync(), Is.InRange(0.01m, 0.699m), "a part of it");
        var traded = 0;
        await account.UntilAsync("it is flat", async () =>
        {
            ExchangeAccount.Price(_host, Usual + (traded++ % 2), traded: 0.2m);
            return await account.HeldAsync() == 0m;
        });
        var closing = await _host.ReadAsync(db => db.Orders.Where(o => o.GroupId == account.Group && o.Action == "CLOSE").Select(o => o.Status).ToListAsync());
        Assert.That(closing, Is.EqualTo(new[] { "closed" }), "nobody took it back and nothing was sent beside it");
        // The kill goes on to ask the gateways for its tokens, of which there are none here.
        await account.UntilAsync(
            "both say that it is flat",
            async () => await _host.ReadAsync(db => db.ControlCommands.CountAsync(c => c.ScopeId == account.Group && c.FlattenedAt != null)) == 2);
        Price(Usual);
    }

    [Test]
    public async Task An_account_that_was_switched_off_is_looked_after_until_it_holds_nothing()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        var decision = await account.DecideAsync(TradeAction.Long, 0.1m, stop: 95_000m);
        await account.OrderAsync(decision, "protected");
        Assert.That((int)(await _host.PostAsync($"/{account.Id}/deactivate")).Status, Is.EqualTo(200));
        Assert.That((await account.TradeAsync(TradeAction.Long)).ReasonCode, Is.EqualTo("ACCOUNT_INACTIVE"));
        await account.UntilAsync("the stop is reached", async () =>
        {
            // Its desk begins anew with the switch.
            Price(94_000m);
            return await account.HeldAsync() == 0m;
        });
        await account.OrderAsync(decision, "stopped");
    }

    [Test]
    public async Task A_redelivered_decision_leaves_one_order_and_no_update_more()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        var decision = Decisions.ExecutionNode.Decision(account.Group) with { Qty = 0.1m };
        await _host.DecideAsync(decision);
        await account.OrderAsync(decision.Id, "filled");
        var again = await _host.Services.GetRequiredService<DecisionProcessor>().ProcessAsync([decision], seenBefore: true, CancellationToken.None);
        Assert.That((again.Single().IsAtVenue, again.Single().Status), Is.EqualTo((true, "filled")), "its desk told of it");
        Assert.That((await account.HeldAsync(), (await account.StepsAsync(decision.Id)).Length), Is.EqualTo((0.1m, 3)));
    }

    [Test]
    public async Task The_equity_is_the_exchanges_cash_and_what_is_open()
    {
        var account = await ExchangeAccount.OpenAsync(_host);
        await account.TradeAsync(TradeAction.Long);
        Price(101_000m);
        await account.UntilAsync(
            "it is announced",
            async () => await _host.ReadAsync(db => db.Equity.AnyAsync(e => e.AccountId == account.Id && e.UnrealizedPnl > 90m && e.Equity > e.Balance)));
    }

    [Test]
    public async Task A_venue_whose_account_has_another_owner_writes_nothing_and_answers_nothing()
    {
        var databases = _host.Services.GetRequiredService<IDbContextFactory<ExecutionDb>>();
        // Switched off, so that no desk is at it.
        var made = await _host.CreateAsync(new { name = $"fenced-{Guid.NewGuid():n}", exchange = "simulated", fill_model = "exchange", active = false });
        var account = await _host.ReadAsync(db => db.Accounts.AsNoTracking().SingleAsync(a => a.Id == Guid.Parse((string)made["id"]!)));
        var venues = _host.Services.GetRequiredService<SimulatedVenues>();
        await using var first = await OwnAsync();
        Assert.That((await first.PlaceAsync(new("BTCUSDT", "ONE", OrderSide.Buy, 0.1m), default)).IsAccepted);
        await using var second = await OwnAsync();
        Assert.That((await second.QueryAsync(new("BTCUSDT", "ONE"), default)).Value?.Status, Is.EqualTo(VenueOrderStatus.Filled), "what was answered is there");
        Assert.That((await second.PlaceAsync(new("BTCUSDT", "ONE", OrderSide.Buy, 0.1m), default)).Is(RefusalMeaning.Duplicate));
        Assert.That((await first.PlaceAsync(new("BTCUSDT", "TWO", OrderSide.Buy, 0.1m), default)).IsUnknown);
        Assert.ThrowsAsync<DeskLostException>(async () =>
        {
            await foreach (var _ in first.StreamAsync(default))
            {
            }
        });
        Assert.That((await second.QueryAsync(new("BTCUSDT", "TWO"), default)).Is(RefusalMeaning.NotFound));
        Assert.That((await second.FillsAsync(new("BTCUSDT"), default)).Value!.Select(f => f.ClientId), Is.EqualTo(new[] { "ONE" }));

        async Task<SimulatedVenue> OwnAsync()
        {
            var epoch = await DeskStore.OwnAsync(databases, account.Id, TimeProvider.System.GetUtcNow(), default);
            var venue = await venues.OpenAsync(account, epoch, default);
            await venue.TickAsync(new("BTCUSDT", Usual, null, null, TimeProvider.System.GetUtcNow()));
            return venue;
        }
    }

    [Test]
    public async Task What_the_desk_may_still_ask_for_outlives_the_last_ten_thousand_records()
    {
        var (databases, source) = (_host.Services.GetRequiredService<IDbContextFactory<ExecutionDb>>(), _host.Services.GetRequiredService<NpgsqlDataSource>());
        var made = await _host.CreateAsync(new { name = $"kept-{Guid.NewGuid():n}", exchange = "simulated", fill_model = "exchange", active = false });
        var account = await _host.ReadAsync(db => db.Accounts.AsNoTracking().SingleAsync(a => a.Id == Guid.Parse((string)made["id"]!)));
        var now = TimeProvider.System.GetUtcNow();
        await _host.WriteAsync(db => db.Database.ExecuteSqlAsync(
            $"""
            insert into execution.simulated_venue_records (account_id, id, kind, symbol, client_id, at, body)
            select {account.Id}, n, 'order', 'BTCUSDT', 'C' || n, {now.AddDays(-2)}, '-' from generate_series(1, {VenueTables.MostKept + 100}) as n
            """));
        await _host.WriteAsync(async db =>
        {
            db.DeskOrders.Add(new DeskOrder
            {
                ClientId = "C5",
                AccountId = account.Id,
                Leg = DeskLegs.Entry,
                Symbol = "BTCUSDT",
                Type = "market",
                State = DeskStates.Rejected,
                CreatedAt = now,
                UpdatedAt = now,
            });
            await db.SaveChangesAsync();
        });
        Assert.That(await CountAsync(), Is.EqualTo(VenueTables.MostKept + 101), "it was never compared, so nothing is known to be over");
        await _host.WriteAsync(db => db.DeskOrders.Where(o => o.ClientId == "C5").ExecuteUpdateAsync(s => s.SetProperty(o => o.State, DeskStates.Unknown)));
        await _host.WriteAsync(db => db.DeskOwners.Where(o => o.AccountId == account.Id).ExecuteUpdateAsync(s => s.SetProperty(o => o.ReconciledAt, now)));
        Assert.That(await CountAsync(), Is.EqualTo(VenueTables.MostKept + 1));
        Assert.That(
            await _host.ReadAsync(
                db => db.VenueRecords.Where(r => r.AccountId == account.Id).OrderBy(r => r.Id).Select(r => r.ClientId).Take(2).ToListAsync()),
            Is.EqualTo(new[] { "C5", "C103" }));
        await _host.WriteAsync(db => db.DeskOrders.Where(o => o.ClientId == "C5").ExecuteDeleteAsync());

        async Task<int> CountAsync()
        {
            var id = 1 + await _host.ReadAsync(db => db.VenueRecords.Where(r => r.AccountId == account.Id).MaxAsync(r => r.Id));
            var state = new ExchangeState { Terms = new() };
            var payment = new FundingPayment("BTCUSDT", id.ToString(System.Globalization.CultureInfo.InvariantCulture), 1m, now);
            // The host looks after an account with an order that is unknown, and may take it in between.
            await Wait.UntilAsync("it was saved as the owner", async () =>
            {
                var epoch = await DeskStore.OwnAsync(databases, account.Id, now, default);
                try
                {
                    await new VenueTables(source, databases, TimeProvider.System, account.Id, epoch)
                        .SaveAsync(new(state, System.Collections.Immutable.ImmutableSortedDictionary<string, DateTimeOffset>.Empty), [new FundingSettled(payment, 0m, 0m, now)]);
                    return true;
                }
                catch (DeskLostException)
                {
                    return false;
                }
            });
            return await _host.ReadAsync(db => db.VenueRecords.CountAsync(r => r.AccountId == account.Id));
        }
    }

    private void Price(decimal price) => ExchangeAccount.Price(_host, price);

    private Task<bool> HasOpenAsync(ExchangeAccount account) =>
        _host.ReadAsync(
            db => db.DeskOrders.AnyAsync(o => o.AccountId == account.Id && (o.State == "pending" || o.State == "sending" || o.State == "working" || o.State == "unknown" || o.State == "held")));

    private static Task BalancesAgreeAsync(ExchangeAccount account) => Wait.UntilAsync("both balances are the same", async () =>
        await account.BalanceAsync() is var ours && (await account.KeptAsync()).Balance is var theirs && Math.Abs(ours - theirs) < 0.000001m
            ? true : throw new InvalidOperationException($"venue {theirs}, ours {ours}"));
}
