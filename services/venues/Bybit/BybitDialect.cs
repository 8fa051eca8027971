using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Bybit;

/// <summary>Signing, answers and limits of v5. Signed is the query or the body, byte for byte; HTTP 200 says nothing, <c>retCode</c> does.</summary>
public sealed class BybitDialect : IVenueDialect
{
    private static readonly TimeSpan AddressBan = TimeSpan.FromMinutes(10);

    private readonly VenueContext _context;
    private readonly Address _address;
    private readonly FrozenDictionary<string, RateWindow> _perSecond;

    public BybitDialect(VenueContext context)
    {
        _context = context;
        _address = context.Shared.Part(() => new Address(context.Options.RateLimitFactor));
        _perSecond = new Dictionary<string, int>
        {
            ["/v5/order/create"] = 10,
            ["/v5/order/cancel"] = 10,
            ["/v5/order/realtime"] = 50,
            ["/v5/order/history"] = 50,
            ["/v5/execution/list"] = 50,
            ["/v5/account/wallet-balance"] = 50,
            ["/v5/position/list"] = 50,
            ["/v5/position/set-leverage"] = 10,
            ["/v5/position/switch-mode"] = 10,
            ["/v5/account/set-margin-mode"] = 5,
        }.ToFrozenDictionary(e => e.Key, e => RateWindow.Documented(e.Value, TimeSpan.FromSeconds(1), context.Options.RateLimitFactor), StringComparer.Ordinal);
    }

    public VenueRequest TimeRequest { get; } = VenueRequest.Public("/v5/market/time");

    public DateTimeOffset ReadTime(JsonReply reply) =>
        DateTimeOffset.UnixEpoch + TimeSpan.FromTicks((long)(reply.Root.NeedDecimal("timeNano") / TimeSpan.NanosecondsPerTick));

    public HttpRequestMessage Compose(VenueRequest request, DateTimeOffset now)
    {
        var get = request.Method == HttpMethod.Get;
        var query = get ? request.Fields.ToQuery() : "";
        var body = get ? [] : request.Fields.ToJson();
        var message = new HttpRequestMessage(request.Method, _context.Hosts.RestAddress(request.Path, query));
        if (!get)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (request.Security != RequestSecurity.Public)
        {
            var credentials = _context.Account.Credentials;
            var time = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            var window = ((long)_context.Options.RecvWindow.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            var payload = time + credentials.Key + window + (get ? query : Encoding.UTF8.GetString(body));
            message.Headers.TryAddWithoutValidation("X-BAPI-API-KEY", credentials.Key);
            message.Headers.TryAddWithoutValidation("X-BAPI-TIMESTAMP", time);
            message.Headers.TryAddWithoutValidation("X-BAPI-RECV-WINDOW", window);
            message.Headers.TryAddWithoutValidation("X-BAPI-SIGN", Signature.Hex(credentials.Secret, payload));
        }

        return message;
    }

    public VenueReply<JsonReply> Judge(VenueRequest request, HttpAnswer answer)
    {
        JsonElement root;
        int code;
        try
        {
            root = JsonFields.Parse(answer.Body);
            code = (int)root.NeedDecimal("retCode");
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            return answer.Status is 403 or 429
                ? VenueReply.Refused<JsonReply>(new(RefusalMeaning.RateLimited, $"HTTP_{answer.Status}", "Too many requests.", Pause(answer)))
                : VenueReply.Unknown<JsonReply>($"HTTP {answer.Status} without an answer that can be read");
        }

        var message = root.Text("retMsg") ?? "";
        if (code == 0)
        {
            return answer.Status is >= 200 and < 300 && root.TryGetProperty("result", out var result)
                ? VenueReply.Accepted(new JsonReply(result))
                : VenueReply.Unknown<JsonReply>($"HTTP {answer.Status} with retCode 0");
        }

        if (BybitErrors.Unknown.Contains(code) || !BybitErrors.Meanings.TryGetValue(code, out var meaning))
        {
            return VenueReply.Unknown<JsonReply>($"HTTP {answer.Status}, {code}: {message}");
        }

        if (code == BybitErrors.QuantityToZero && request.Fields.Has("reduceOnly", true))
        {
            meaning = RefusalMeaning.PositionGone;
        }

        return VenueReply.Refused<JsonReply>(new(
            meaning, code.ToString(CultureInfo.InvariantCulture), message, meaning == RefusalMeaning.RateLimited ? UntilReset(answer) : null));
    }

    public IReadOnlyList<RateCharge> Charges(VenueRequest request) => _perSecond.TryGetValue(request.Path, out var own)
        ? [new(_address.Requests, 1), new(own, 1)]
        : [new(_address.Requests, 1)];

    public void Observe(VenueRequest request, HttpAnswer answer, RateGate gate)
    {
        if (Number(answer, "X-Bapi-Limit") is { } limit && Number(answer, "X-Bapi-Limit-Status") is { } left && _perSecond.TryGetValue(request.Path, out var window))
        {
            gate.Observe(window, (int)Math.Clamp(limit - left, 0, int.MaxValue));
        }

        if (Pause(answer) is { } pause)
        {
            gate.Close(pause);
        }
    }

    private static TimeSpan? Pause(HttpAnswer answer) => answer.Status switch
    {
        403 => answer.RetryAfter ?? AddressBan,
        429 => answer.RetryAfter ?? TimeSpan.FromSeconds(5),
        _ => null,
    };

    private static long? Number(HttpAnswer answer, string header) =>
        long.TryParse(answer.Header(header), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private TimeSpan? UntilReset(HttpAnswer answer)
    {
        if (Number(answer, "X-Bapi-Limit-Reset-Timestamp") is not ({ } reset and < 253_402_300_799_999))
        {
            return null;
        }

        var wait = DateTimeOffset.FromUnixTimeMilliseconds(reset) - _context.Time.GetUtcNow();
        return wait > TimeSpan.Zero && wait < AddressBan ? wait : null;
    }

    /// <summary>Limits that count per address, common to all accounts.</summary>
    private sealed class Address(double factor)
    {
        public RateWindow Requests { get; } = RateWindow.Documented(600, TimeSpan.FromSeconds(5), factor);
    }
}
