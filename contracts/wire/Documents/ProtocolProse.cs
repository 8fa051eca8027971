using System.Text;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>The words of PROTOCOL.md.</summary>
internal static class ProtocolProse
{
    public static readonly string Beginning = $$"""
        # Protocol of `/ws/events`

        Written from `contracts/wire` by the contract tests (`UPDATE_SNAPSHOTS=1`); change it there.

        One WebSocket, JSON in text frames of at most {{FrameParser.MaxFrameBytes}} bytes. A **trigger** sends signals; a **trading group** gets the signals
        that target it and sends decisions; the server answers every frame and, if asked to, tells what became of the orders.

        - Fields may be added to any frame: ignore those you do not know. New kinds of frames come only with a feature you asked for,
          but for `SERVER_SHUTDOWN`.
        - A client's JSON null is the same as leaving the field out, but where the size of an order comes from: there it is refused
          ([Numbers](#numbers)), and in `protect`, where it removes a leg. Duplicate keys, more than 32 levels, numbers that are not finite, lone surrogates and U+0000 are refused.
        - Characters are Unicode code points. Money is decimal from end to end: numbers and decimal strings (`"0.1"`) are both read, negative ones are not.
          18 places are kept; what is positive stays positive.
        - Ready-made clients are in `contracts/clients`: Python, TypeScript, C#.
        - There are two dialects: protocol 2 says `type`, protocol 3 says `kind`. The first half of this document is protocol 2.

        ## Connecting

        `ws://HOST:8000/ws/events` with exactly one of these:

        | how | who |
        |---|---|
        | `?trading_group_token=T` | a trading group |
        | `?trigger_token=T` | a trigger |
        | header `Authorization: Bearer T` | either; keeps the token out of logs |
        | `?ticket=K` | either; for browsers, which cannot set headers. `POST /api/v1/ws-tickets` with the token as bearer gives `{"ticket","expires_in_s":30}`; a ticket opens one connection, and ten of a token may wait for theirs (then 429) |

        and any of these:

        | parameter | meaning |
        |---|---|
        | `features=orders,resume,config,heartbeat,market` | a comma list of frames you want besides acks, replies and signals |
        | `candles=N` | with `market`: the last N closed candles (1 to {{MarketFeature.MaxCandles}}) first |
        | `resume_from=N` | send what came after `seq` N first; asks for `resume` too |
        | `protocol=3` | speak the newer dialect from the ack on; 2 without it |

        A refusal is a close frame with a code and a reason, never an HTTP status: the handshake is always accepted first. Only what is no WebSocket
        handshake (RFC 6455, 4.2.1), or one at another spelling of this path, is answered with a 4xx that says what is wrong.
        A token has one session at a time. The server sends WebSocket pings; any client library answers them by itself.
        The first frame from the server is always the ack, and nothing comes before it.
        Over REST a trading group's token reads the market and what is its own group's ([rest.md](../docs/rest.md#a-bots-own-token)).

        """;

    public const string Sending = """

        ## Client to server

        `id`, `source_id` and `created_at` are the server's own: what a client sends there is not read. Every frame gets one reply, a ping its pong,
        in the order of the frames; give `request_id` if you want to tell them apart. Frames received before a close are still handled,
        and answered if you still read. More than 16 MiB a second, a frame counted as 1 KiB more than it has, is read more slowly, not refused.

        """;

    public const string Unknown = """

        ### What is not known

        Nothing of a decision is ignored silently.

        - A field that `signal` does not have is a validation error that names the nearest one: `stoploss` is
          `unknown field, did you mean stop_loss`. Without it the order would be filled without its protection.
        - Anything else that is not known (at the top, in the payload, `condition` or a trace), a null number and a field of `signal` that
          stands outside of it are told in `warnings` of the reply. `validate_only` tells them too, and so does a repetition.
        - At most 16 unknown fields of an object are named.

        """;

    public const string Numbers = """

        ### Numbers

        What becomes of a number of a decision. NaN is told from absent: Python's `json` writes it as `NaN`, JavaScript's `JSON.stringify` as
        `null`, and C# not at all or as `"NaN"`. The SDKs in `contracts/clients` refuse NaN and infinity, naming the field, before anything is sent.
        "rejected" means that the frame is accepted and an `order_update` says so, with the instrument's step or limit; "warning" that the reply
        names the field in `warnings`. `CLOSE` is of an open position; other fields are those of an entry that has a size.

        """;

    public const string Receiving = """

        ## Server to client

        A frame that carries `ok` is the ack or a reply. Any other one is a push or a pong and may come in between.

        """;

    public const string Refusals = """

        ### Refusals

        `message` tells the class, `code` the case. `validation_error` without a code names the fields instead.

        """;

    public const string Words = """

        ### Orders and their words

        What an order_update's `status` may be, in the order in which they come:

        """;

    public const string Reasons = """

        ### Reasons

        `reason.code` of order updates and of `would`, and `reason_code` over REST: why a decision became no order, why an order ended, or what it waits for. The
        same decision is never worth sending again; "another" says whether another one can succeed: `now`, one that asks for something else (`changed`), one
        after a while (`later`), or only once a person has changed something (`person`); of `none` none is needed. Codes may be added.

        """;

    public const string Resume = """

        ## Missing nothing

        Every pushed event and order update carries `seq`. With `resume` it also carries `prev_seq`, the `seq` of the frame before it for this session.

        1. Keep the highest `seq` you have handled. It starts with `last_seq` of the `resumed` frame that follows the ack.
        2. Drop a frame whose `seq` is not higher: it came twice.
        3. If `prev_seq` is not the `seq` you keep, something is missing: reconnect with `resume_from`.
        4. After any reconnect with `resume_from=N` the missed frames come first, in order, with `"replayed":true`, then `resumed`, then live ones.
        5. `"recovered":false` says that some are not held any more, and none was replayed. Go on from here, or reconnect with
           `resume_from` = `first_seq` − 1 for all that is left. There is never a silent gap.

        """;

    public static readonly string Market = $$"""

        ## The market

        `market` brings a group the closed candles of its symbol and interval, and the symbol's price at most once a second. `market:250ms` and `market:5s` name
        another pace ({{MarketFeature.ShortestPace.TotalMilliseconds}} ms to {{MarketFeature.LongestPace.TotalSeconds}} s), `market:0` leaves prices out. Triggers have no symbol and get neither.

        With `candles=N` the last N closed candles come right behind the ack, oldest first, and then `candles_end`; between them and the live ones none is missing
        and none comes twice. They have no `seq` and are not replayed after `resume_from`: who reconnects asks for history again and drops what he has.
        A bar that follows its predecessor with a hole is one that the market lacks bars before, as after a lost connection to an exchange.

        """;

    public const string Closing = """

        ## Closing

        Connect again after a growing, random pause (1 s, 2 s, 4 s … 30 s), and at once only when told so. A connection that breaks without
        a close frame (1006) may be opened again.

        """;

    public const string NewerDialect = """

        ## Protocol 3: the newer dialect

        Frames say `kind` for `type`, events have a `category`, payloads are objects, and `trace` stands at the top. A connection speaks it with
        `?protocol=3`, or from its first frame with `kind` on; after that a frame with `type` is a validation error, and one with both always is.
        Both dialects mean the same and may talk to each other: a signal of either reaches groups of either.

        A client does not send `source`, `source_id`, `targets`, `side`, `qty`, `order_type` or `price`, neither at the top of an event nor in its payload.
        In a decision's payload other spellings of its fields, or of these, are refused (`stopLoss`: `unknown field, did you mean stop_loss`);
        other unknown fields there and elsewhere in a decision are told in `warnings`.

        """;

    public const string KindServer = """

        ### Server to client

        The fields are those of protocol 2, with `kind` for `type`: `pong`, `order_update`, `config_update`, `resumed`, `heartbeat` and `system`. Besides:

        - Every reply, refusals too, begins with `"kind":"ack"`, e.g. `{"kind":"ack","ok":true,"message":"logged"}`.
        - `cancel` and `protect` have the same fields under `payload`, and the same replies and updates.
        - The ack has `subscriptions`, which are its `targets`.
        - A signal has a payload object, `trace` and `open_positions`.
        - `candle`, `price` and `candles_end` have their fields under `payload`.

        """;

    public const string Machines = """

        ## For programs

        `/asyncapi.json` is this document as AsyncAPI 3, `/schemas/v1/NAME.json` a JSON Schema (2020-12) per frame; `type-client`, `type-server`,
        `kind-client` and `kind-server` are any frame of a dialect and direction. The schemas accept what the server accepts, except for what
        a schema cannot say: duplicate keys, depth, the size of a number in a string, other spellings of a name.

        """;

    /// <summary>A connection that breaks and what its successor gets.</summary>
    public static string Session()
    {
        var text = new StringBuilder("\nAn example. `>` is sent by the bot, `<` by the server:\n\n```\nGET /ws/events?features=orders,resume  Authorization: Bearer …\n");
        var e = Guid.Parse(ClientExamples.Event);
        Line("< {\"ok\":true,\"message\":\"connected\", … ,\"features\":[\"orders\",\"resume\"], … }");
        From(PushWriter.Resumed(true, null, 48_190, Dialect.Type));
        Line("< {\"type\":\"event\", … ,\"seq\":48213,\"replayed\":false,\"prev_seq\":48190}");
        Line("> {\"type\":\"event\",\"event_type\":\"post_trade\", … ,\"decision_id\":\"rsi-1\"}");
        From(ReplyWriter.Accepted(e, 0, null, Dialect.Type));
        Line("< {\"type\":\"order_update\",\"status\":\"accepted\", … ,\"seq\":48240,\"replayed\":false,\"prev_seq\":48213}");
        text.Append("  the connection breaks; the bot keeps 48240\n\nGET /ws/events?features=orders,resume&resume_from=48240  Authorization: Bearer …\n");
        Line("< {\"ok\":true,\"message\":\"connected\", … }");
        Line("< {\"type\":\"order_update\",\"status\":\"filled\", … ,\"seq\":48244,\"replayed\":true,\"prev_seq\":48240}");
        From(PushWriter.Resumed(true, null, 48_244, Dialect.Type));
        Line("> {\"type\":\"event\",\"event_type\":\"post_trade\", … ,\"decision_id\":\"rsi-1\"}      sent again to be sure");
        From(ReplyWriter.Accepted(e, 0, null, Dialect.Type, duplicate: true));
        return text.Append("```\n").ToString();

        void Line(string line) => text.Append(line).Append('\n');
        void From(byte[] frame) => Line("< " + Encoding.UTF8.GetString(frame));
    }
}
