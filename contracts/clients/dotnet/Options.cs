using System.Text.Json.Nodes;

namespace TradingSystem.Client;

/// <summary>Where to connect and what to call. Handlers run one after the other, in the order of the frames.</summary>
public sealed class TradingClientOptions
{
    /// <summary>With or without scheme, prefix and path, such as <c>127.0.0.1:8000</c>. The token never goes into it.</summary>
    public required GatewayAddress Url { get; init; }

    public required string Token { get; init; }

    /// <summary>2: frames with <c>type</c>; 3: the newer ones with <c>kind</c>.</summary>
    public int Protocol { get; init; } = 2;

    public IReadOnlyList<string> Features { get; init; } = ["orders", "resume", "config"];

    /// <summary>The last <c>seq</c> that an earlier run of the program has handled.</summary>
    public long? ResumeFrom { get; init; }

    /// <summary>How often to ping, and how long to wait for a sign of life; null takes the server's advice.</summary>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>How long any wait for the server may take unless a call says otherwise.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    public int QueueSize { get; init; } = 10_000;

    /// <summary>Asks for the group's prices and closed candles and is the pace of prices; zero is for none. A handler for them asks too.</summary>
    public TimeSpan? Market { get; init; }

    /// <summary>So many closed candles of the past (1 to 1000) are in <see cref="TradingClient.Candles"/> from <see cref="OnHistory"/> on.</summary>
    public int? Candles { get; init; }

    /// <summary>Where REST is, if not beside the socket.</summary>
    public GatewayAddress? RestUrl { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Func<Ack, Task>? OnAck { get; init; }

    public Func<Event, Task>? OnEvent { get; init; }

    public Func<OrderUpdate, Task>? OnOrder { get; init; }

    public Func<ConfigUpdate, Task>? OnConfig { get; init; }

    /// <summary>Each closed candle once and in order; <see cref="TradingClient.Candles"/> ends with it.</summary>
    public Func<Candle, Task>? OnCandle { get; init; }

    /// <summary>The newest price; those that came while a handler was busy are left out.</summary>
    public Func<Price, Task>? OnPrice { get; init; }

    /// <summary><see cref="TradingClient.Candles"/> was filled, at the start and after a reconnect.</summary>
    public Func<CandleHistory, Task>? OnHistory { get; init; }

    /// <summary>Frames are lost for good.</summary>
    public Func<Gap, Task>? OnGap { get; init; }

    /// <summary>Candles are missing.</summary>
    public Func<CandleGap, Task>? OnCandleGap { get; init; }

    public Func<Disconnected, Task>? OnDisconnect { get; init; }

    /// <summary>
    /// A handler threw, or something is missing and there is no handler for a <see cref="Gap"/> or <see cref="CandleGap"/>. Without it the error
    /// stream is told.
    /// </summary>
    public Action<Exception, Frame>? OnError { get; init; }

    /// <summary>Every frame as it is read, before anything else is done with it.</summary>
    public Action<Frame>? OnFrame { get; init; }
}

/// <summary>What a bot wants. <c>Action</c> is LONG, SHORT, CLOSE or NO_TRADE; give either <c>MarginUsd</c> or <c>Qty</c> (protocol 2 only).</summary>
public sealed record Decision(string Action)
{
    /// <summary>Null takes the group's.</summary>
    public string? Symbol { get; init; }

    public decimal MarginUsd { get; init; }

    public decimal Qty { get; init; }

    /// <summary>The idempotency key: the same one is never a second order. Null makes a new one.</summary>
    public string? DecisionId { get; init; }

    public string? Title { get; init; }

    public string? CorrelationId { get; init; }

    public string? TriggerEventId { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    public bool ValidateOnly { get; init; }

    private static readonly string[] Own = ["action", "symbol", "qty", "margin_usd", "margin_usdt"];

    /// <summary>More of the signal: entry, stop_loss, take_profit, confidence_pct, reasoning, leverage …. Numbers that are not finite are refused.</summary>
    public JsonObject Signal { get; init; } = [];

    internal JsonObject ToFrame(int protocol, string decisionId, string? symbol)
    {
        Numbers.RefuseNotFinite(Signal);
        if (Array.Find(Own, Signal.ContainsKey) is { } own)
        {
            // One of the two would win, and 0 means all.
            throw new ArgumentException($"{own} is a property of the decision: give it there and not in Signal, nothing was sent");
        }

        var trace = new JsonObject { ["correlation_id"] = CorrelationId ?? decisionId };
        if (TriggerEventId is not null)
        {
            trace["trigger_event_id"] = TriggerEventId;
        }

        var signal = Signal.DeepClone().AsObject();
        signal["action"] = Action;
        signal[protocol == 2 ? "margin_usd" : "margin_usdt"] = MarginUsd;
        JsonObject frame;
        if (protocol == 2)
        {
            signal["qty"] = Qty;
            frame = new()
            {
                ["type"] = "event",
                ["event_type"] = "post_trade",
                ["targets"] = new JsonArray("trade_execution"),
                ["title"] = Title ?? $"{Action} {symbol}",
                ["payload"] = new JsonObject { ["source_id"] = "", ["symbol"] = symbol, ["signal"] = signal }.ToJsonString(),
                ["decision_id"] = decisionId,
                ["condition"] = new JsonObject { ["domain"] = "trade_decision", ["trace"] = trace },
            };
        }
        else
        {
            if (Qty != 0)
            {
                throw new ArgumentException("protocol 3 has no qty: give MarginUsd");
            }

            trace["decision_id"] = decisionId;
            signal["symbol"] = symbol;
            frame = new() { ["kind"] = "event", ["category"] = "decision", ["trace"] = trace, ["payload"] = signal };
        }

        if (ValidateOnly)
        {
            frame["validate_only"] = true;
        }

        if (ValidUntil is { } until)
        {
            frame["valid_until"] = until.ToString("O");
        }

        return frame;
    }
}

/// <summary>Where a leg of a position's protection is to be; a leg that is not given stays as it is.</summary>
public sealed record Leg
{
    private Leg(decimal? price) => Price = price;

    /// <summary>No leg any more.</summary>
    public static Leg None { get; } = new((decimal?)null);

    public decimal? Price { get; }

    public static Leg At(decimal price) => new(price);
}

/// <summary>No reply. A frame with a key may be sent again with the same key; what became of another is not known.</summary>
public sealed class NoReplyException(string message) : Exception(message);

/// <summary>The decision became no order, so that there is no update to wait for.</summary>
public sealed class NoOrderException(string message) : Exception(message);

/// <summary>REST answered with something else than 200.</summary>
public sealed class RestException(string path, int status, string body) : Exception($"/api/v1/{path}: {status} {(body.Length > 500 ? body[..500] : body)}")
{
    public int Status => status;

    public string Body => body;
}

/// <summary>The server said that trying again cannot help, or the client was closed.</summary>
public sealed class StoppedException(int? code, string reason, string? meaning) : Exception(
    string.Join(' ', new[] { code?.ToString(), reason, meaning }.Where(p => !string.IsNullOrEmpty(p))))
{
    public int? Code => code;

    public string Reason => reason;
}
