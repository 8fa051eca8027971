using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Simulation;
using TradingSystem.IntegrationTests.Execution.Accounts;
using TradingSystem.IntegrationTests.Execution.Decisions;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.IntegrationTests.Execution.Simulation;

/// <summary>An account on the simulated exchange and a group that trades on it, on a host in this process whose prices the test makes.</summary>
internal sealed class ExchangeAccount(AccountsHost host, Guid id, Guid group)
{
    public Guid Id => id;

    public Guid Group => group;

    public static async Task<ExchangeAccount> OpenAsync(AccountsHost host, decimal balance = 10_000m, bool hedge = false)
    {
        var made = await host.CreateAsync(new
        {
            name = $"exchange-{Guid.NewGuid():n}",
            exchange = "simulated",
            fill_model = "exchange",
            position_mode = hedge ? "hedge" : "oneway",
            initial_balance = balance,
        });
        return await new ExchangeAccount(host, Guid.Parse((string)made["id"]!), Guid.Empty).WithAnotherGroupAsync();
    }

    /// <summary>The same account with a new group.</summary>
    public async Task<ExchangeAccount> WithAnotherGroupAsync()
    {
        var one = Guid.NewGuid();
        await host.AddGroupAsync(one, $"group-{one:n}");
        var (status, _, text) = await host.BindAsync(id.ToString(), one);
        Assert.That((int)status, Is.EqualTo(200), text);
        return new(host, id, one);
    }

    /// <summary>As the consumer of prices does it.</summary>
    /// <param name="traded">Base units that were traded at it, null for a feed that does not tell.</param>
    public static void Price(AccountsHost host, decimal price, decimal? traded = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        PriceTick[] ticks = [new("BTCUSDT", price, price, price, now, now, "test", traded is { } qty ? [new(price, qty, null)] : null)];
        host.Services.GetRequiredService<PriceBook>().Update(ticks);
        host.Services.GetRequiredService<VenuePrices>().See(ticks);
    }

    public async Task<Guid> DecideAsync(TradeAction action, decimal qty = 0.1m, decimal? stop = null, decimal? take = null, decimal leverage = 10m)
    {
        var decision = ExecutionNode.Decision(group, action) with { Qty = action == TradeAction.Close ? 0m : qty, Leverage = leverage, StopLoss = stop, TakeProfit = take };
        await host.DecideAsync(decision);
        return decision.Id;
    }

    /// <summary>Decides for a limit order and waits until it is in the exchange's book.</summary>
    public async Task<Guid> RestAsync(TradeAction action, decimal price, decimal qty = 0.1m)
    {
        var decision = ExecutionNode.Decision(group, action) with { Qty = action == TradeAction.Close ? 0m : qty, Leverage = 10m, OrderType = "limit", Price = price };
        await host.DecideAsync(decision);
        await UntilAsync("it rests", () => host.ReadAsync(db => db.DeskOrders.AnyAsync(o => o.DecisionId == decision.Id && o.State == "working")));
        return decision.Id;
    }

    public Task<Order> OrderAsync(Guid decision, params string[] statuses) => Wait.ForAsync($"the order is {string.Join('/', statuses)}", async () =>
    {
        var order = await host.ReadAsync(db => db.Orders.AsNoTracking().SingleAsync(o => o.DecisionId == decision));
        return statuses.Contains(order.Status) ? order : throw new InvalidOperationException($"{order.Status} {order.ReasonCode} {order.ReasonMessage}");
    });

    public async Task<Order> TradeAsync(TradeAction action, decimal qty = 0.1m, decimal leverage = 10m) =>
        await OrderAsync(await DecideAsync(action, qty, leverage: leverage), "filled", "closed", "rejected", "canceled");

    public async Task<string[]> StepsAsync(Guid decision)
    {
        var order = OrderIds.Order(decision);
        return [.. (await host.ReadAsync(db => db.OrderSteps.AsNoTracking().Where(s => s.OrderId == order).OrderBy(s => s.Seq).Select(s => s.Payload).ToListAsync()))
            .Select(p => (string)JsonNode.Parse(p)!["Status"]!)];
    }

    /// <summary>The one order that ended the decision's position, with its fills and the update that told of it, which must say the same.</summary>
    public async Task<Order> ExitAsync(Guid decision, string status)
    {
        var entry = OrderIds.Order(decision);
        var exit = await host.ReadAsync(db => db.Orders.AsNoTracking().SingleAsync(o => o.ProtectsDecisionId == decision));
        var fills = await host.ReadAsync(db => db.Fills.AsNoTracking().Where(f => f.OrderId == exit.Id).ToListAsync());
        var told = (await host.ReadAsync(db => db.OrderSteps.AsNoTracking().Where(s => s.OrderId == entry).OrderBy(s => s.Seq).Select(s => s.Payload).ToListAsync()))
            .Select(p => System.Text.Json.JsonSerializer.Deserialize<TradingSystem.Contracts.Bus.OrderUpdate>(p)!).Single(u => u.Status == status);
        Assert.Multiple(() =>
        {
            Assert.That((told.OrderId, told.DecisionId, told.Terminal), Is.EqualTo((exit.Id, decision, true)));
            Assert.That(
                (exit.Status, exit.Side, exit.Qty, exit.AvgPrice, exit.Fee, exit.RealizedPnl),
                Is.EqualTo((told.Status, told.Side, told.Qty, told.AvgPrice, told.Fee, told.RealizedPnl)));
            Assert.That((fills.Sum(f => f.Qty), fills.Sum(f => f.Fee), fills.Sum(f => f.RealizedPnl)), Is.EqualTo((told.Qty, told.Fee, told.RealizedPnl)));
            Assert.That(fills.Select(f => f.Side), Has.All.EqualTo(told.Side));
        });
        return exit;
    }

    /// <summary>What the group holds by our books.</summary>
    public Task<decimal> HeldAsync() => host.ReadAsync(db => db.Positions.Where(p => p.AccountId == id && p.GroupId == group).SumAsync(p => p.Qty));

    public Task<decimal> BalanceAsync() => host.ReadAsync(db => db.Accounts.Where(a => a.Id == id).Select(a => a.Balance).SingleAsync());

    /// <summary>The exchange as it is kept.</summary>
    public async Task<ExchangeState> KeptAsync()
    {
        var state = await host.ReadAsync(db => db.SimulatedVenues.AsNoTracking().Where(v => v.AccountId == id).Select(v => v.State).SingleAsync());
        return System.Text.Json.JsonSerializer.Deserialize(state, SimulationJson.Default.KeptVenue)!.Exchange;
    }

    public Task<List<ReconciliationEntry>> LogAsync(string kind) =>
        host.ReadAsync(db => db.ReconciliationLog.AsNoTracking().Where(r => r.AccountId == id && r.Kind == kind).OrderBy(r => r.Seq).ToListAsync());

    public Task UntilAsync(string what, Func<Task<bool>> condition) => Wait.UntilAsync(what, Wait.Most, condition);
}
