using System.Text;
using System.Text.Json;
using TradingSystem.Venues.Http;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Venues.Okx;

/// <summary>One of the two private streams: protection orders are told on the business address, everything else on the private one.</summary>
/// <param name="ready">Loads the instruments: without contract sizes no quantity can be told.</param>
public sealed class OkxStream(
    VenueCaller caller, VenueContext context, InstrumentBook instruments, Func<CancellationToken, Task<bool>> ready, bool isBusiness) : IStreamDialect
{
    private int _missing;

    private string[] Channels => isBusiness ? ["orders-algo"] : ["orders", "positions", "account"];

    public string? Ping => "ping";

    public async Task<VenueReply<StreamTarget>> OpenAsync(CancellationToken cancellationToken)
    {
        if (!await ready(cancellationToken))
        {
            return VenueReply.Unknown<StreamTarget>("the instruments cannot be read");
        }

        if (!caller.Clock.IsMeasured)
        {
            await caller.SyncAsync(cancellationToken);
        }

        _missing = Channels.Length;
        return VenueReply.Accepted(new StreamTarget(Address, OkxRequests.Login(context.Account.Credentials, caller.Clock.Now), ReadyAtOnce: false));
    }

    public Task<string?> TickAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public StreamReading Read(ReadOnlyMemory<byte> message)
    {
        if (message.Span.SequenceEqual("pong"u8))
        {
            return StreamReading.Nothing;
        }

        var root = JsonFields.Parse(message);
        if (root.Text("event") is { } word)
        {
            return Answer(root, word);
        }

        var data = root.Need("data").Items();
        return new()
        {
            Events = root.Need("arg").NeedText("channel") switch
            {
                "orders" => [.. data.SelectMany(OrderUpdate)],
                "orders-algo" => [.. Swaps(data).Select(i => new OrderChanged(OkxReplies.AlgoOrder(i.Item, i.Symbol, i.Size), At(i.Item)))],
                "positions" => [.. Swaps(data).Select(i => new PositionChanged(OkxReplies.Position(i.Item, i.Symbol, i.Size), At(i.Item)))],
                "account" => [.. data.SelectMany(a => OkxReplies.Balances(a).Select(b => new BalanceChanged(b, At(a))))],
                _ => [],
            },
        };
    }

    private Uri Address
    {
        get
        {
            var address = context.Hosts.PrivateStream.AbsoluteUri;
            return isBusiness && address.EndsWith("/private", StringComparison.Ordinal) ? new(address[..^"private".Length] + "business") : new(address);
        }
    }

    private StreamReading Answer(JsonElement root, string word) => word switch
    {
        "login" => root.Text("code") is "0" or null ? new() { Send = Subscription() } : new() { Broken = $"login refused: {root.Text("code")} {root.Text("msg")}" },
        "subscribe" => new() { IsReady = --_missing == 0 },
        "error" => new() { Broken = $"refused: {root.Text("code")} {root.Text("msg")}" },

        // The exchange is about to take the connection down.
        "notice" => new() { Broken = $"notice: {root.Text("code")}" },
        _ => StreamReading.Nothing,
    };

    private string Subscription() => Encoding.UTF8.GetString(new VenueFields().Add("op", "subscribe").AddList(
        "args", [.. Channels.Select(c => new VenueFields().Add("channel", c).Add("instType", c == "account" ? null : "SWAP"))]).ToJson());

    private IEnumerable<VenueEvent> OrderUpdate(JsonElement item)
    {
        foreach (var (o, symbol, size) in Swaps([item]))
        {
            if (OkxReplies.FillOf(o, symbol, size) is { } fill)
            {
                yield return new FillSeen(fill, At(o));
            }

            yield return new OrderChanged(OkxReplies.Order(o, symbol, size), At(o));
        }
    }

    private IEnumerable<(JsonElement Item, string Symbol, decimal Size)> Swaps(IEnumerable<JsonElement> items)
    {
        foreach (var item in items)
        {
            var name = item.NeedText("instId");
            if (instruments.KnownByVenueSymbol(name) is { } instrument)
            {
                yield return (item, instrument.Symbol, instrument.Countable().ContractSize);
            }
            else if (OkxSymbols.FromVenue(name) is not null)
            {
                throw new FormatException($"{name} is not among the instruments.");
            }
        }
    }

    private DateTimeOffset At(JsonElement item) => item.Time("uTime") ?? context.Time.GetUtcNow();
}
