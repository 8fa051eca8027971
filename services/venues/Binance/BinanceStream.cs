using System.Text.Json;
using TradingSystem.Venues.Http;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Venues.Binance;

/// <summary>The user data stream: a listen key names it, which must be kept alive.</summary>
public sealed class BinanceStream(VenueCaller caller, VenueContext context) : IStreamDialect
{
    /// <summary>A key lives for an hour.</summary>
    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromMinutes(30);

    private long _keptAlive;

    /// <summary>Pings of the protocol only.</summary>
    public string? Ping => null;

    public async Task<VenueReply<StreamTarget>> OpenAsync(CancellationToken cancellationToken)
    {
        var reply = await caller.SendAsync(ListenKey(HttpMethod.Post), cancellationToken);
        _keptAlive = context.Time.GetTimestamp();
        return reply.Read(root => new StreamTarget(Address(context.Hosts.PrivateStream, root.NeedText("listenKey")), null, ReadyAtOnce: true));
    }

    public async Task<string?> TickAsync(CancellationToken cancellationToken)
    {
        if (context.Time.GetElapsedTime(_keptAlive) < KeepAliveEvery)
        {
            return null;
        }

        var reply = await KeepAliveAsync(cancellationToken);
        if (reply.IsAccepted)
        {
            _keptAlive = context.Time.GetTimestamp();
        }

        return reply.Is(RefusalMeaning.NotFound) ? "listen key gone" : null;
    }

    public Task<VenueReply<JsonReply>> KeepAliveAsync(CancellationToken cancellationToken) => caller.SendAsync(ListenKey(HttpMethod.Put), cancellationToken);

    public StreamReading Read(ReadOnlyMemory<byte> message)
    {
        var root = JsonFields.Parse(message);
        return root.Text("e") switch
        {
            "ORDER_TRADE_UPDATE" => new() { Events = [.. OrderUpdate(root)] },
            "ALGO_UPDATE" => new() { Events = [AlgoUpdate(root)] },
            "ACCOUNT_UPDATE" => new() { Events = [.. AccountUpdate(root)] },
            "listenKeyExpired" => new() { Broken = "listen key expired" },
            _ => StreamReading.Nothing,
        };
    }

    private static VenueRequest ListenKey(HttpMethod method) => new(method, "/fapi/v1/listenKey", RequestKind.Change, RequestSecurity.KeyOnly, new());

    /// <summary>The private address takes the key as a parameter, the older ones as the end of the path.</summary>
    private static Uri Address(Uri stream, string key) => stream.AbsolutePath.TrimEnd('/').EndsWith("/private/ws", StringComparison.Ordinal)
        ? new($"{stream.AbsoluteUri.TrimEnd('/')}?listenKey={key}")
        : new($"{stream.AbsoluteUri.TrimEnd('/')}/{key}");

    private static IEnumerable<VenueEvent> OrderUpdate(JsonElement root)
    {
        var at = root.NeedTime("E");
        var o = root.Need("o");
        var type = o.Text("ot") ?? o.NeedText("o");
        var order = new VenueOrder
        {
            Symbol = o.NeedText("s"),
            VenueId = o.NeedText("i"),
            ClientId = o.Text("c"),
            Side = BinanceReplies.Side(o.NeedText("S")),
            PositionSide = BinanceReplies.Bucket(o.Text("ps")),
            Type = BinanceReplies.TypeOf(o.NeedText("o")),
            Status = BinanceReplies.Status(o.NeedText("X")),
            Quantity = o.NeedDecimal("q"),
            Filled = o.NeedDecimal("z"),
            AveragePrice = o.Price("ap"),
            Price = o.Price("p"),
            Kind = BinanceReplies.Kind(type),
            TriggerPrice = o.Price("sp"),
            ReduceOnly = o.Flag("R"),
            ClosesPosition = o.Flag("cp"),
            UpdatedAt = o.Time("T"),
        };
        if (o.NeedDecimal("l") > 0m && o.NeedText("x") is "TRADE" or "CALCULATED")
        {
            yield return new FillSeen(
                new(
                    order.Symbol, o.NeedText("t"), order.VenueId, order.ClientId, order.Side, order.PositionSide, o.NeedDecimal("l"),
                    o.NeedDecimal("L"), o.Decimal("n"), o.Text("N"), o.NeedTime("T"))
                {
                    RealizedPnl = o.Decimal("rp"),
                    IsMaker = o.Flag("m"),
                },
                at);
        }

        yield return new OrderChanged(order, at);
    }

    private static OrderChanged AlgoUpdate(JsonElement root)
    {
        var o = root.Need("o");
        var type = o.NeedText("o");
        var status = BinanceReplies.AlgoStatus(o.NeedText("X"), o.Decimal("aq") ?? o.Decimal("ap"));
        return new(
            new()
            {
                Symbol = o.NeedText("s"),
                VenueId = o.NeedText("aid"),
                ClientId = o.Text("caid"),
                Side = BinanceReplies.Side(o.NeedText("S")),
                PositionSide = BinanceReplies.Bucket(o.Text("ps")),
                Type = BinanceReplies.TypeOf(type),
                Status = status,
                Quantity = o.Decimal("q") ?? 0m,
                Filled = o.Decimal("aq") ?? 0m,
                AveragePrice = o.Price("ap"),
                Price = o.Price("p"),
                IsProtection = true,
                Kind = BinanceReplies.Kind(type),
                TriggerPrice = o.Price("tp"),
                TriggeredOrderId = o.Text("ai"),
                ReduceOnly = o.Flag("R"),
                ClosesPosition = o.Flag("cp"),
                Reason = status is VenueOrderStatus.Cancelled or VenueOrderStatus.Rejected or VenueOrderStatus.Expired ? o.Text("rm") : null,
                UpdatedAt = root.Time("T"),
            },
            root.NeedTime("E"));
    }

    private static IEnumerable<VenueEvent> AccountUpdate(JsonElement root)
    {
        var at = root.NeedTime("E");
        var account = root.Need("a");
        if (account.TryGetProperty("B", out var balances))
        {
            foreach (var b in balances.Items())
            {
                yield return new BalanceChanged(new(b.NeedText("a"), b.NeedDecimal("wb"), null), at);
            }
        }

        if (account.TryGetProperty("P", out var positions))
        {
            foreach (var p in positions.Items())
            {
                yield return new PositionChanged(
                    new(p.NeedText("s"), BinanceReplies.Bucket(p.Text("ps")), p.NeedDecimal("pa"), p.NeedDecimal("ep"))
                    {
                        UnrealizedPnl = p.Decimal("up"),
                        MarginMode = p.Text("mt") == "isolated" ? MarginMode.Isolated : MarginMode.Cross,
                        UpdatedAt = root.Time("T"),
                    },
                    at);
            }
        }
    }
}
