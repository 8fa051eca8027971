using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Hosting.EventLog;

namespace TradingSystem.Gateway.Settings;

/// <summary>Limits of <c>/ws/events</c>. Bound from <c>GATEWAY__…</c>; <c>LIMITS=load</c> lifts the rates for load tests.</summary>
public sealed class GatewayOptions
{
    /// <summary>Frames one session may send a second, in the long run.</summary>
    public int FramesPerSecond { get; set; } = 200;

    /// <summary>Frames one session may send at once after a pause.</summary>
    public int FrameBurst { get; set; } = 1000;

    /// <summary>
    /// Bytes one session may send a second in the long run, and at once after a pause, with 1 KiB for each frame on top. What comes faster is
    /// not refused: it is not read before its time, so the sender waits. The default lets <see cref="FramesPerSecond"/> frames of full size
    /// through and bounds what refused frames, fragments and pings cost, which no other rate counts, to sixteen thousand a second.
    /// </summary>
    public int BytesPerSecond { get; set; } = 16 << 20;

    /// <summary>New connections a second from one address, and tokens over REST that turn out to be bad, in the long run.</summary>
    public int ConnectionsPerSecond { get; set; } = 50;

    /// <summary>New connections at once from one address after a pause.</summary>
    public int ConnectionBurst { get; set; } = 500;

    /// <summary>
    /// Bad tokens from one address, of sockets, tickets and REST, before further ones are answered slowly or told to wait; a valid token always
    /// passes.
    /// </summary>
    public int BadTokens { get; set; } = 10;

    /// <summary>Tickets of one token that are neither used nor expired.</summary>
    public int TicketsPerToken { get; set; } = 10;

    /// <summary>Tickets a second that one address may ask for, in the long run.</summary>
    public int TicketsPerSecond { get; set; } = 10;

    /// <summary>Tickets that one address may ask for at once after a pause.</summary>
    public int TicketBurst { get; set; } = 100;

    public TimeSpan LockOut { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes a socket may lag behind before it is cut: of its group's feed, of replies that are not sent, of both together.</summary>
    public int OutboundQueueBytes { get; set; } = 4 << 20;

    /// <summary>Frames of a group that can be had again.</summary>
    public int HistoryFrames { get; set; } = 10_000;

    /// <summary>Rough bytes of history over all groups.</summary>
    public long HistoryBytes { get; set; } = 256L << 20;

    /// <summary>How long a frame may take from its first byte to its last.</summary>
    public TimeSpan FrameDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which the peer is pinged, and again until it is given up.</summary>
    public TimeSpan PingAfter { get; set; } = TimeSpan.FromMilliseconds(AckWriter.HeartbeatMs);

    public SessionLimits Limits => new(
        FrameParser.MaxFrameBytes,
        AckWriter.MaxUnanswered,
        OutboundQueueBytes,
        FramesPerSecond,
        FrameBurst,
        HistoryFrames,
        (int)EventLogSetup.Retention.TotalHours);

    public static GatewayOptions Read(IConfiguration configuration)
    {
        var options = new GatewayOptions();
        if (configuration["LIMITS"] is { Length: > 0 } preset)
        {
            if (preset != "load")
            {
                throw new InvalidOperationException($"LIMITS must be load or absent, not '{preset}'.");
            }

            (options.FramesPerSecond, options.FrameBurst, options.BytesPerSecond) = (1_000_000, 1_000_000, int.MaxValue);
            (options.TicketsPerSecond, options.TicketBurst) = (100_000, 100_000);
            (options.ConnectionsPerSecond, options.ConnectionBurst) = (100_000, 100_000);
        }

        configuration.GetSection("Gateway").Bind(options);
        return options.Validated();
    }

    private GatewayOptions Validated()
    {
        foreach (var (name, value, least) in new (string, long, long)[]
        {
            (nameof(FramesPerSecond), FramesPerSecond, 1),
            (nameof(FrameBurst), FrameBurst, 1),
            (nameof(ConnectionsPerSecond), ConnectionsPerSecond, 1),
            (nameof(ConnectionBurst), ConnectionBurst, 1),
            (nameof(BytesPerSecond), BytesPerSecond, 2 * FrameParser.MaxFrameBytes),
            (nameof(TicketsPerToken), TicketsPerToken, 1),
            (nameof(TicketsPerSecond), TicketsPerSecond, 1),
            (nameof(TicketBurst), TicketBurst, 1),
            (nameof(BadTokens), BadTokens, 1),
            (nameof(OutboundQueueBytes), OutboundQueueBytes, 2 * FrameParser.MaxFrameBytes),
            (nameof(HistoryFrames), HistoryFrames, 1),
            (nameof(HistoryBytes), HistoryBytes, 1 << 20),
            (nameof(LockOut), LockOut.Ticks, 0),
            (nameof(FrameDeadline), FrameDeadline.Ticks, TimeSpan.TicksPerSecond),
            (nameof(PingAfter), PingAfter.Ticks, TimeSpan.TicksPerSecond),
        })
        {
            if (value < least)
            {
                throw new InvalidOperationException($"Gateway:{name} is {value}, at least {least} is needed.");
            }
        }

        return this;
    }
}
