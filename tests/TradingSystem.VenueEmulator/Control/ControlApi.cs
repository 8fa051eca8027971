using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TradingSystem.VenueEmulator.Binance;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Streams;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Control;

/// <summary>What a test may do that no venue lets anybody do.</summary>
public sealed class ControlApi(Exchange exchange, VenueClocks clocks, Journal journal, StreamHub hub, BinanceApi binance)
{
    public async Task HandleAsync(HttpContext context, string path)
    {
        try
        {
            var answer = await AnswerAsync(context, path);
            context.Response.StatusCode = answer is null ? 404 : 200;
            context.Response.ContentType = "application/json";
            await JsonSerializer.SerializeAsync(context.Response.Body, answer ?? new { error = "not found" }, EmulatorJson.Options);
        }
        catch (JsonException e)
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync(e.Message);
        }
    }

    private async Task<object?> AnswerAsync(HttpContext context, string path)
    {
        switch ($"{context.Request.Method} {path}")
        {
            case "GET /ready":
                return new { ready = true };
            case "POST /accounts":
                var account = await BodyAsync<AccountRequest>(context);
                return await exchange.RunAsync<object?>(() =>
                {
                    exchange.Open(account.Venue, account.Key, account.Secret, account.Passphrase, account.Balance, account.Hedge, account.Demo, account.FeeAsset);
                    return new { account.Key };
                });
            case "POST /permissions":
                var permission = await BodyAsync<PermissionRequest>(context);
                return await WithAsync(permission.Venue, permission.Key, found =>
                {
                    exchange.Permit(found, permission.Permission);
                    return new { permission.Permission };
                });
            case "POST /modes":
                var modes = await BodyAsync<ModeRequest>(context);
                return await WithAsync(modes.Venue, modes.Key, found =>
                    Refused(exchange.Settings.SetHedge(found, modes.Hedge)) || (modes.Margin is { } margin && Refused(exchange.Settings.SetMargin(found, "", margin))) ? null : new { found.Hedge });
            case "POST /prices":
                return await SetPriceAsync(await BodyAsync<PriceRequest>(context));
            case "POST /clock":
                var clock = await BodyAsync<ClockRequest>(context);
                foreach (var venue in Venues(clock.Venue))
                {
                    clocks.Set(venue, TimeSpan.FromMilliseconds(clock.AheadMs));
                }

                return clock;
            case "POST /faults":
                return new { id = exchange.Faults.Add(await BodyAsync<Fault>(context)) };
            case "GET /faults":
                return exchange.Faults.All;
            case "DELETE /faults":
                exchange.Faults.Clear(Query(context, "key"));
                return new { cleared = true };
            case "POST /close":
                var close = await BodyAsync<CloseRequest>(context);
                return await WithAsync(
                    close.Venue, close.Key,
                    found => exchange.Orders.CloseByHand(found, new PositionKey(close.Symbol, close.Side, close.Venue == VenueKind.Okx ? close.Margin : "")) is { } order ? View(order) : null);
            case "POST /fill":
                var fill = await BodyAsync<FillRequest>(context);
                return await WithAsync(fill.Venue, fill.Key, found =>
                    exchange.Orders.OrderByClient(found, fill.ClientId) is { } order && exchange.Orders.FillByHand(found, order, fill.Qty, fill.Price) ? View(order) : null);
            case "POST /countdowns/expire":
                var due = await BodyAsync<StreamRequest>(context);
                return await WithAsync(due.Venue ?? default, due.Key, found => new { expired = exchange.Settings.RunOutCountdowns(found) });
            case "POST /streams/drop":
                var drop = await BodyAsync<StreamRequest>(context);
                return new { dropped = hub.Drop(drop is { Venue: { } of, Key: { } key } ? Exchange.AccountId(of, key) : null) };
            case "POST /streams/expire":
                var expire = await BodyAsync<StreamRequest>(context);
                return await WithAsync(expire.Venue ?? default, expire.Key, found =>
                {
                    binance.ListenKeys.Expire(found);
                    hub.Send([BinanceStreamDialect.ListenKeyExpired(found, exchange.Now(VenueKind.Binance))]);
                    return new { expired = true };
                });
            case "POST /reset":
                exchange.Faults.Clear(null);
                foreach (var venue in Venues(null))
                {
                    clocks.Set(venue, TimeSpan.Zero);
                }

                return new { reset = hub.Drop(null) };
            case "GET /account":
                return await WithAsync(Venue(context), Query(context, "key"), View);
            case "GET /counts":
                return await WithAsync(Venue(context), Query(context, "key"), Counts);
            case "GET /journal":
                var id = Exchange.AccountId(Venue(context), Query(context, "key") ?? "");
                return journal.Read().Where(e => e.Account == id && e is not AccountOpened).ToList();
            default:
                return null;
        }
    }

    private static bool Refused(Refusal? refusal) => refusal is { Reason: not Reason.Unchanged };

    private async Task<object?> SetPriceAsync(PriceRequest price)
    {
        var quote = new Quote(price.Last, price.Mark ?? price.Last, price.Bid ?? price.Last, price.Ask ?? price.Last);
        return await exchange.RunAsync(() =>
        {
            foreach (var venue in Venues(price.Venue).Where(v => Instruments.Find(v, price.Symbol) is not null))
            {
                exchange.SetPrice(venue, price.Symbol, quote);
            }

            return quote;
        });
    }

    private async Task<object?> WithAsync(VenueKind venue, string? key, Func<Account, object?> work) =>
        exchange.Find(venue, key) is { } account ? await exchange.RunAsync(() => work(account)) : null;

    private static async Task<T> BodyAsync<T>(HttpContext context) =>
        await JsonSerializer.DeserializeAsync<T>(context.Request.Body, EmulatorJson.Options) ?? throw new JsonException("A body is needed.");

    private static string? Query(HttpContext context, string name) => context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    private static VenueKind Venue(HttpContext context) => Enum.Parse<VenueKind>(Query(context, "venue") ?? "", ignoreCase: true);

    private static VenueKind[] Venues(VenueKind? one) => one is { } venue ? [venue] : Enum.GetValues<VenueKind>();

    /// <summary>How many orders came in under each client id, whatever became of them.</summary>
    private static Dictionary<string, int> Counts(Account account) =>
        account.Orders.Values.Where(o => o.Spec.Origin == Origin.Api).Select(o => o.Spec.ClientId)
            .Concat(account.Algos.Values.Select(a => a.Spec.ClientId))
            .Where(id => id.Length > 0)
            .GroupBy(id => id)
            .ToDictionary(g => g.Key, g => g.Count());

    private AccountView View(Account account) => new(
        account.Wallet,
        account.Hedge,
        hub.CountOf(account.Id),
        [.. account.Orders.Values.OrderBy(o => o.Sequence).Select(View)],
        [.. account.Algos.Values.OrderBy(a => a.Sequence).Select(a => new AlgoView(a.Spec.Id, a.Spec.ClientId, a.Spec.Symbol, a.Spec.Side, a.Spec.PositionSide, a.Spec.Qty, a.Spec.Legs, a.State, a.ChildOrderId, a.EndReason))],
        [.. account.Fills.Select(f => new FillView(f.Fill.Id, f.Fill.OrderId, f.Order.Spec.ClientId, f.Order.Spec.Symbol, f.Order.Spec.Side, f.Fill.Qty, f.Fill.Price, f.Fill.Fee, f.Fill.RealizedPnl, f.Fill.At, f.Fill.FeeAsset, f.Fill.Charged))],
        [.. account.OpenPositions.Select(p => new PositionView(p.Key.Symbol, p.Key.Side, p.Key.Margin, p.Qty, p.EntryPrice, p.RealizedPnl, OrderRules.LeverageOf(account, p.Key)))]);

    private static OrderView View(Order o) => new(
        o.Spec.Id, o.Spec.ClientId, o.Spec.Symbol, o.Spec.Side, o.Spec.PositionSide, o.Spec.Kind, o.Spec.Qty, o.Spec.Price, o.Spec.ReduceOnly, o.State, o.Filled, o.AveragePrice, o.EndReason, o.Spec.Origin);
}
