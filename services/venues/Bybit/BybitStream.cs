using System.Text.Json;
using TradingSystem.Venues.Http;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Venues.Bybit;

/// <summary>The private stream: log in, subscribe, ping.</summary>
public sealed class BybitStream(VenueCaller caller, VenueContext context) : IStreamDialect
{
    private const string Topics = """{"op":"subscribe","args":["order","execution","position","wallet"]}""";

    private static readonly TimeSpan LoginValid = TimeSpan.FromSeconds(10);

    public string? Ping => """{"op":"ping"}""";

    public async Task<VenueReply<StreamTarget>> OpenAsync(CancellationToken cancellationToken)
    {
        if (!caller.Clock.IsMeasured)
        {
            await caller.SyncAsync(cancellationToken);
        }

        return VenueReply.Accepted(new StreamTarget(
            context.Hosts.PrivateStream, BybitRequests.Login(context.Account.Credentials, caller.Clock.Now + LoginValid), ReadyAtOnce: false));
    }

    public Task<string?> TickAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public StreamReading Read(ReadOnlyMemory<byte> message)
    {
        var root = JsonFields.Parse(message);
        if (root.Text("topic") is not { } topic)
        {
            return Answer(root);
        }

        var at = root.Time("creationTime") ?? context.Time.GetUtcNow();
        var data = root.Need("data").Items();
        return topic.Split('.')[0] switch
        {
            "order" => new() { Events = [.. data.Where(IsLinear).Select(o => new OrderChanged(BybitReplies.Order(o), at))] },
            "execution" => new() { Events = [.. data.Where(e => IsLinear(e) && BybitReplies.IsFill(e)).Select(e => new FillSeen(BybitReplies.Fill(e), at))] },
            "position" => new() { Events = [.. data.Where(IsLinear).Select(p => new PositionChanged(BybitReplies.Position(p), at))] },
            "wallet" => new() { Events = [.. data.SelectMany(BybitReplies.Balances).Select(b => new BalanceChanged(b, at))] },
            _ => StreamReading.Nothing,
        };
    }

    private static bool IsLinear(JsonElement item) => item.Text("category") is "linear" or null;

    private static StreamReading Answer(JsonElement root)
    {
        var failed = root.Text("success") == "false";
        return root.Text("op") switch
        {
            "auth" => failed ? new() { Broken = $"login refused: {root.Text("retMsg") ?? root.Text("ret_msg")}" } : new() { Send = Topics },
            "subscribe" => failed ? new() { Broken = $"subscription refused: {root.Text("retMsg") ?? root.Text("ret_msg")}" } : new() { IsReady = true },
            _ => StreamReading.Nothing,
        };
    }
}
