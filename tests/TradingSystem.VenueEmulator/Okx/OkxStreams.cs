using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Streams;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>/ws/v5/private has orders, positions and account, /ws/v5/business has orders-algo. Half a minute of silence ends it.</summary>
public sealed class OkxConnection(StreamHub hub, Func<Task<WebSocket>> accept, Exchange exchange, TimeProvider time, bool isBusiness)
    : StreamConnection(hub, accept, VenueKind.Okx, time, TimeSpan.FromSeconds(30))
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..8];
    private readonly Dictionary<string, JsonObject> _subscribed = [];

    protected override JsonNode? Wrap(StreamMessage message) =>
        _subscribed.TryGetValue(message.Channel, out var arg) ? new JsonObject { ["arg"] = arg.DeepClone(), ["data"] = new JsonArray(message.Body.DeepClone()) } : null;

    protected override void Received(string text)
    {
        if (text == "ping")
        {
            Write("pong");
            return;
        }

        if (JsonNode.Parse(text) is not JsonObject request)
        {
            return;
        }

        switch (request["op"]?.GetValue<string>())
        {
            case "login":
                Login(request["args"]?[0]);
                break;
            case "subscribe":
                foreach (var arg in request["args"]?.AsArray() ?? [])
                {
                    Subscribe(arg!.AsObject());
                }

                break;
        }
    }

    private void Login(JsonNode? arg)
    {
        var refused = Authenticate(arg);
        if (refused is null)
        {
            Write(new JsonObject { ["event"] = "login", ["code"] = "0", ["msg"] = "", ["connId"] = _id });
            return;
        }

        Write(new JsonObject { ["event"] = "error", ["code"] = refused.Value.Code, ["msg"] = refused.Value.Message, ["connId"] = _id });
        _ = Task.Delay(TimeSpan.FromMilliseconds(200), Clock).ContinueWith(_ => Abort(), TaskScheduler.Default);
    }

    private (string Code, string Message)? Authenticate(JsonNode? arg)
    {
        if (exchange.Find(VenueKind.Okx, arg?["apiKey"]?.GetValue<string>()) is not { Permission: not Permission.None } account)
        {
            return ("60005", "Invalid apiKey");
        }

        var time = arg!["timestamp"]!.ToString();
        if (!decimal.TryParse(time, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || Math.Abs((Number.Ms(exchange.Now(VenueKind.Okx)) / 1000m) - seconds) > 30m)
        {
            return ("60006", "Timestamp request expired");
        }

        if (!Signing.Same(Signing.Base64(account.Secret, time + "GET/users/self/verify"), arg["sign"]?.GetValue<string>()))
        {
            return ("60007", "Invalid sign");
        }

        if (!Signing.Same(account.Passphrase, arg["passphrase"]?.GetValue<string>()))
        {
            return ("60024", "Wrong passphrase");
        }

        Account = account;
        return null;
    }

    private void Subscribe(JsonObject arg)
    {
        var channel = arg["channel"]?.GetValue<string>() ?? "";
        if (Account is null)
        {
            Write(new JsonObject { ["event"] = "error", ["code"] = "60011", ["msg"] = "Please log in", ["connId"] = _id });
            return;
        }

        if (channel is not ("orders" or "positions" or "account" or "orders-algo") || isBusiness != (channel == "orders-algo"))
        {
            Write(
                new JsonObject { ["event"] = "error", ["code"] = "60018", ["msg"] = $"Wrong URL or channel:{channel} doesn't exist. Please use the correct URL, channel and parameters referring to API document.", ["connId"] = _id });
            return;
        }

        _subscribed[channel] = arg.DeepClone().AsObject();
        Write(new JsonObject { ["event"] = "subscribe", ["arg"] = arg.DeepClone(), ["connId"] = _id });
        _ = exchange.RunAsync(() =>
        {
            TellState(Account, channel, arg);
            return true;
        });
    }

    /// <summary>Positions and balance come at once, as they are.</summary>
    private void TellState(Account account, string channel, JsonObject arg)
    {
        if (channel == "positions")
        {
            Write(new JsonObject { ["arg"] = arg.DeepClone(), ["data"] = new JsonArray([.. account.OpenPositions.Select(p => OkxShapes.Position(account, p.Key, exchange))]) });
        }
        else if (channel == "account")
        {
            Write(new JsonObject { ["arg"] = arg.DeepClone(), ["data"] = new JsonArray(OkxShapes.Balance(account, exchange, exchange.Now(VenueKind.Okx))) });
        }
    }
}

/// <summary>orders, orders-algo, positions and account.</summary>
public sealed class OkxStreamDialect(Func<Exchange> exchange) : IStreamDialect
{
    public VenueKind Venue => VenueKind.Okx;

    public IEnumerable<StreamMessage> OrderChanged(Account account, Order order, Fill? fill)
    {
        var body = OkxShapes.Order(order);
        body["execType"] = fill is null ? "" : fill.Maker ? "M" : "T";
        body["fillFee"] = fill is null ? "0" : Number.Text(-fill.Charged);
        body["fillFeeCcy"] = fill is null ? "" : fill.FeeAsset;
        body["fillPnl"] = fill is null ? "0" : Number.Text(fill.RealizedPnl);
        body["fillNotionalUsd"] = fill is null ? "" : Number.Text(fill.Qty * fill.Price);
        body["notionalUsd"] = Number.Text(order.Spec.Qty * exchange().QuoteOf(Venue, order.Spec.Symbol).Last);
        body["lastPx"] = Number.Text(exchange().QuoteOf(Venue, order.Spec.Symbol).Last);
        if (fill is null)
        {
            // Only a fill's own message carries one.
            foreach (var name in new[] { "fillPx", "fillTime", "tradeId" })
            {
                body[name] = "";
            }

            body["fillSz"] = "0";
        }

        foreach (var name in new[] { "amendResult", "reqId", "amendSource", "msg" })
        {
            body[name] = "";
        }

        body["code"] = "0";
        yield return new StreamMessage(account.Id, "orders", body);
    }

    public IEnumerable<StreamMessage> AlgoChanged(Account account, Algo algo)
    {
        var body = OkxShapes.Algo(account, algo);
        body["notionalUsd"] = "";
        yield return new StreamMessage(account.Id, "orders-algo", body);
    }

    public IEnumerable<StreamMessage> PositionChanged(Account account, PositionKey position)
    {
        yield return new StreamMessage(account.Id, "positions", OkxShapes.Position(account, position, exchange()));
        yield return new StreamMessage(account.Id, "account", OkxShapes.Balance(account, exchange(), exchange().Now(Venue)));
    }
}
