using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Streams;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>/v5/private: auth, subscribe, ping.</summary>
public sealed class BybitConnection(StreamHub hub, Func<Task<WebSocket>> accept, Exchange exchange, TimeProvider time)
    : StreamConnection(hub, accept, VenueKind.Bybit, time, TimeSpan.FromMinutes(10))
{
    private readonly string _id = $"emulator-{Guid.NewGuid():N}"[..28];
    private readonly HashSet<string> _topics = [];

    protected override JsonNode? Wrap(StreamMessage message) => Wants(message.Channel) ? message.Body.DeepClone() : null;

    protected override void Received(string text)
    {
        if (JsonNode.Parse(text) is not JsonObject request)
        {
            return;
        }

        switch (request["op"]?.GetValue<string>())
        {
            case "ping":
                Reply(request, "pong", null, "", new JsonArray(Number.MsText(exchange.Now(VenueKind.Bybit))));
                break;
            case "auth":
                var refused = Authenticate(request["args"] as JsonArray);
                Reply(request, "auth", refused is null, refused ?? "");
                if (refused is not null)
                {
                    // The venue cuts who could not show who it is, after having told it.
                    _ = Task.Delay(TimeSpan.FromMilliseconds(200), Clock).ContinueWith(_ => Abort(), TaskScheduler.Default);
                }

                break;
            case "subscribe" when Account is null:
                Reply(request, "subscribe", false, "Request not authorized");
                break;
            case "subscribe":
                foreach (var topic in request["args"]!.AsArray())
                {
                    _topics.Add(topic!.GetValue<string>());
                }

                Reply(request, "subscribe", true, "");
                break;
        }
    }

    private string? Authenticate(JsonArray? args)
    {
        if (args is not { Count: 3 } || exchange.Find(VenueKind.Bybit, args[0]!.GetValue<string>()) is not { Permission: not Permission.None } account)
        {
            return "Invalid apikey";
        }

        // The time is a number, some clients send a text.
        var expires = args[1]!.ToString();
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until) || until < Number.Ms(exchange.Now(VenueKind.Bybit)))
        {
            return "Params Error";
        }

        if (!Signing.Same(Signing.Hex(account.Secret, $"GET/realtime{expires}"), args[2]!.GetValue<string>()))
        {
            return "Sign error";
        }

        Account = account;
        return null;
    }

    private bool Wants(string channel) => _topics.Contains(channel) || _topics.Contains(channel + ".linear");

    private void Reply(JsonObject request, string op, bool? success, string message, JsonArray? args = null)
    {
        var reply = new JsonObject { ["req_id"] = request["req_id"]?.DeepClone(), ["op"] = op, ["conn_id"] = _id };
        if (success is { } done)
        {
            reply["success"] = done;
            reply["ret_msg"] = message;
        }

        if (args is not null)
        {
            reply["args"] = args;
        }

        Write(reply);
    }
}

/// <summary>order, execution, position and wallet.</summary>
public sealed class BybitStreamDialect(Func<Exchange> exchange) : IStreamDialect
{
    public VenueKind Venue => VenueKind.Bybit;

    public IEnumerable<StreamMessage> OrderChanged(Account account, Order order, Fill? fill)
    {
        yield return Message(account, "order", OfOrder(BybitShapes.Order(account, order), order));
        if (fill is not null)
        {
            var body = BybitShapes.Execution(order, fill, exchange().QuoteOf(Venue, order.Spec.Symbol));
            body["category"] = "linear";
            body["isLeverage"] = "0";
            body["marketUnit"] = "";
            body["execPnl"] = Number.Text(fill.RealizedPnl);
            body["createType"] = "CreateByUser";
            body["extraFees"] = new JsonArray();
            yield return Message(account, "execution", body);
        }
    }

    public IEnumerable<StreamMessage> AlgoChanged(Account account, Algo algo)
    {
        yield return Message(account, "order", OfOrder(BybitShapes.Order(account, algo), null));
    }

    public IEnumerable<StreamMessage> PositionChanged(Account account, PositionKey position)
    {
        var body = BybitShapes.Position(account, position, exchange(), "entryPrice");
        body["category"] = "linear";
        yield return Message(account, "position", body);
        yield return Message(account, "wallet", BybitShapes.Wallet(account, exchange()));
    }

    /// <summary>The order is told filled once more, with the cancel's failure in it.</summary>
    public IEnumerable<StreamMessage> CancelLost(Account account, Order order)
    {
        var body = OfOrder(BybitShapes.Order(account, order), order);
        body["rejectReason"] = "EC_OrigClOrdIDDoesNotExist";
        yield return Message(account, "order", body);
    }

    private static JsonObject OfOrder(JsonObject body, Order? order)
    {
        body["category"] = "linear";
        body["feeCurrency"] = order?.FeeAsset ?? "USDT";
        body["closedPnl"] = Number.Text(order?.RealizedPnl ?? 0m);
        body["createType"] = "CreateByUser";
        return body;
    }

    private StreamMessage Message(Account account, string topic, JsonObject data) => new(account.Id, topic, new JsonObject
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["topic"] = topic,
        ["creationTime"] = Number.Ms(exchange().Now(Venue)),
        ["data"] = new JsonArray(data),
    });
}
