using System.Net.WebSockets;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Streams;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>The user data stream: who it is was said by the listen key, and everything comes without asking.</summary>
public sealed class BinanceConnection : StreamConnection
{
    private readonly string? _stream;

    /// <param name="stream">The listen key when the address asked for the combined form, which wraps every event.</param>
    public BinanceConnection(StreamHub hub, Func<Task<WebSocket>> accept, TimeProvider time, Account? account, string? stream)
        : base(hub, accept, VenueKind.Binance, time, TimeSpan.FromHours(24))
    {
        Account = account;
        _stream = stream;
    }

    protected override JsonNode? Wrap(StreamMessage message) =>
        _stream is null ? message.Body.DeepClone() : new JsonObject { ["stream"] = _stream, ["data"] = message.Body.DeepClone() };

    protected override void Received(string text)
    {
        if (JsonNode.Parse(text) is JsonObject request && request["id"] is { } id)
        {
            Write(new JsonObject { ["result"] = null, ["id"] = id.DeepClone() });
        }
    }
}

/// <summary>ORDER_TRADE_UPDATE, TRADE_LITE, ACCOUNT_UPDATE and ALGO_UPDATE.</summary>
public sealed class BinanceStreamDialect : IStreamDialect
{
    public const string Channel = "user";

    public VenueKind Venue => VenueKind.Binance;

    public static StreamMessage ListenKeyExpired(Account account, DateTimeOffset now) =>
        new(account.Id, Channel, new JsonObject { ["e"] = "listenKeyExpired", ["E"] = Number.Ms(now), ["listenKey"] = BinanceListenKeys.Of(account) });

    public IEnumerable<StreamMessage> OrderChanged(Account account, Order order, Fill? fill)
    {
        if (fill is not null)
        {
            yield return new StreamMessage(account.Id, Channel, TradeLite(order, fill));
        }

        yield return new StreamMessage(account.Id, Channel, OrderTradeUpdate(order, fill));
    }

    public IEnumerable<StreamMessage> AlgoChanged(Account account, Algo algo)
    {
        yield return new StreamMessage(account.Id, Channel, AlgoUpdate(account, algo));
    }

    public IEnumerable<StreamMessage> PositionChanged(Account account, PositionKey position)
    {
        yield return new StreamMessage(account.Id, Channel, AccountUpdate(account, position));
    }

    private static JsonObject OrderTradeUpdate(Order order, Fill? fill)
    {
        var spec = order.Spec;
        var execution = fill is not null ? "TRADE" : order.State switch
        {
            OrderState.Canceled => "CANCELED",
            OrderState.Expired => "EXPIRED",
            OrderState.Rejected => "EXPIRED",
            _ => "NEW",
        };
        return new JsonObject
        {
            ["e"] = "ORDER_TRADE_UPDATE",
            ["T"] = Number.Ms(order.Updated),
            ["E"] = Number.Ms(order.Updated),
            ["o"] = new JsonObject
            {
                ["s"] = spec.Symbol,
                ["c"] = spec.ClientId,
                ["S"] = BinanceShapes.Word(spec.Side),
                ["o"] = BinanceShapes.Type(spec),
                ["f"] = "GTC",
                ["q"] = BinanceShapes.Qty(spec.Symbol, spec.Qty),
                ["p"] = BinanceShapes.Price(spec.Symbol, spec.Price ?? 0m),
                ["ap"] = Number.Text(decimal.Round(order.AveragePrice, 8)),
                ["sp"] = "0",
                ["x"] = execution,
                ["X"] = BinanceShapes.Status(order),
                ["i"] = BinanceShapes.Id(spec.Id),
                ["l"] = BinanceShapes.Qty(spec.Symbol, fill?.Qty ?? 0m),
                ["z"] = BinanceShapes.Qty(spec.Symbol, order.Filled),
                ["L"] = Number.Text(fill?.Price ?? 0m),
                ["N"] = fill?.FeeAsset ?? "USDT",
                ["n"] = Number.Text(fill?.Charged ?? 0m),
                ["T"] = Number.Ms(order.Updated),
                ["t"] = fill is null ? 0 : BinanceShapes.Id(fill.Id),
                ["b"] = "0",
                ["a"] = "0",
                ["m"] = fill?.Maker ?? false,
                ["R"] = spec.ReduceOnly,
                ["wt"] = "CONTRACT_PRICE",
                ["ot"] = BinanceShapes.Type(spec),
                ["ps"] = BinanceShapes.Word(spec.PositionSide),
                ["cp"] = spec.ClosePosition,
                ["AP"] = "0",
                ["cr"] = "0",
                ["pP"] = false,
                ["si"] = 0,
                ["ss"] = 0,
                ["rp"] = Number.Text(fill?.RealizedPnl ?? 0m),
                ["V"] = "EXPIRE_MAKER",
                ["pm"] = "NONE",
                ["gtd"] = 0,
            },
        };
    }

    private static JsonObject TradeLite(Order order, Fill fill) => new()
    {
        ["e"] = "TRADE_LITE",
        ["E"] = Number.Ms(fill.At),
        ["T"] = Number.Ms(fill.At),
        ["s"] = order.Spec.Symbol,
        ["q"] = BinanceShapes.Qty(order.Spec.Symbol, order.Spec.Qty),
        ["p"] = BinanceShapes.Price(order.Spec.Symbol, order.Spec.Price ?? 0m),
        ["m"] = fill.Maker,
        ["c"] = order.Spec.ClientId,
        ["S"] = BinanceShapes.Word(order.Spec.Side),
        ["L"] = Number.Text(fill.Price),
        ["l"] = BinanceShapes.Qty(order.Spec.Symbol, fill.Qty),
        ["t"] = BinanceShapes.Id(fill.Id),
        ["i"] = BinanceShapes.Id(order.Spec.Id),
    };

    private static JsonObject AlgoUpdate(Account account, Algo algo)
    {
        var spec = algo.Spec;
        var child = algo.ChildOrderId is { } id ? account.Orders.GetValueOrDefault(id) : null;
        var leg = spec.Legs[0];
        var body = new JsonObject
        {
            ["caid"] = spec.ClientId,
            ["aid"] = BinanceShapes.Id(spec.Id),
            ["at"] = "CONDITIONAL",
            ["o"] = spec.VenueType,
            ["s"] = spec.Symbol,
            ["S"] = BinanceShapes.Word(spec.Side),
            ["ps"] = BinanceShapes.Word(spec.PositionSide),
            ["f"] = "GTC",
            ["q"] = Number.Text(spec.Qty ?? 0m),
            ["X"] = BinanceShapes.Status(algo),
            ["ai"] = algo.ChildOrderId ?? "",
            ["ap"] = Number.Text(child?.AveragePrice ?? 0m),
            ["aq"] = Number.Text(child?.Filled ?? 0m),
            ["act"] = child is null ? "0" : BinanceShapes.Type(child.Spec),
            ["tp"] = Number.Text(leg.TriggerPrice),
            ["p"] = "0",
            ["V"] = "EXPIRE_MAKER",
            ["wt"] = "CONTRACT_PRICE",
            ["pm"] = "NONE",
            ["cp"] = spec.ClosePosition,
            ["pP"] = false,
            ["R"] = spec.ReduceOnly,
            ["tt"] = algo.TriggeredAt is { } at ? Number.Ms(at) : 0,
            ["gtd"] = 0,
        };
        if (algo.State is AlgoState.Rejected)
        {
            body["rm"] = "Reduce Only reject";
        }

        return new JsonObject { ["e"] = "ALGO_UPDATE", ["T"] = Number.Ms(algo.Updated), ["E"] = Number.Ms(algo.Updated), ["o"] = body };
    }

    private static JsonObject AccountUpdate(Account account, PositionKey key)
    {
        var position = account.PositionOf(key);
        return new JsonObject
        {
            ["e"] = "ACCOUNT_UPDATE",
            ["T"] = Number.Ms(position.Updated),
            ["E"] = Number.Ms(position.Updated),
            ["a"] = new JsonObject
            {
                ["m"] = "ORDER",
                ["B"] = new JsonArray(new JsonObject { ["a"] = "USDT", ["wb"] = Number.Fixed(account.Wallet, 8), ["cw"] = Number.Fixed(account.Wallet, 8), ["bc"] = "0" }),
                ["P"] = new JsonArray(new JsonObject
                {
                    ["s"] = key.Symbol,
                    ["pa"] = Number.Text(position.Qty),
                    ["ep"] = Number.Text(decimal.Round(position.EntryPrice, 10)),
                    ["bep"] = Number.Text(decimal.Round(position.EntryPrice, 10)),
                    ["cr"] = Number.Text(position.RealizedPnl),
                    ["up"] = "0",
                    ["mt"] = account.MarginOf(key.Symbol),
                    ["iw"] = "0",
                    ["ps"] = BinanceShapes.Word(key.Side),
                }),
            },
        };
    }
}
