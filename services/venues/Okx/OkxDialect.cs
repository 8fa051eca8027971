using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Okx;

/// <summary>
/// Signing, answers and limits of v5. An answer is only good when the code of every item is, whatever the code of the whole is.
/// An order carries the time after which it is not to be taken any more, so that one that was delayed cannot turn up later.
/// </summary>
public sealed class OkxDialect(VenueContext context) : IVenueDialect
{
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    /// <summary>Requests in two seconds per user; what is not here has the least of the exchange's usual limits.</summary>
    private static readonly FrozenDictionary<string, int> PerTwoSeconds = new Dictionary<string, int>
    {
        ["/api/v5/trade/order"] = 60,
        ["/api/v5/trade/cancel-order"] = 60,
        ["/api/v5/trade/order-algo"] = 20,
        ["/api/v5/trade/cancel-algos"] = 20,
        ["/api/v5/trade/orders-pending"] = 60,
        ["/api/v5/trade/orders-algo-pending"] = 20,
        ["/api/v5/trade/fills-history"] = 10,
        ["/api/v5/account/positions"] = 10,
        ["/api/v5/account/balance"] = 10,
        ["/api/v5/account/set-leverage"] = 20,
        ["/api/v5/public/instruments"] = 20,
        ["/api/v5/public/time"] = 10,
        ["/api/v5/market/ticker"] = 20,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const int LeastPerTwoSeconds = 5;

    /// <summary>Placing is counted per instrument, the rest per path.</summary>
    private readonly ConcurrentDictionary<(string Method, string Path, string? Instrument), RateWindow> _windows = new();
    private readonly RateWindow _orders = RateWindow.Documented(1000, TwoSeconds, context.Options.RateLimitFactor);

    public VenueRequest TimeRequest { get; } = VenueRequest.Public("/api/v5/public/time");

    public DateTimeOffset ReadTime(JsonReply reply) => reply.Root.Items().First().NeedTime("ts");

    public HttpRequestMessage Compose(VenueRequest request, DateTimeOffset now)
    {
        var get = request.Method == HttpMethod.Get;
        var query = get ? request.Fields.ToQuery() : "";
        var body = get ? [] : request.Items is { } items ? VenueFields.ToJson(items) : request.Fields.ToJson();
        var message = new HttpRequestMessage(request.Method, context.Hosts.RestAddress(request.Path, query));
        if (!get)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (context.Account.Environment == VenueEnvironment.Sandbox)
        {
            message.Headers.TryAddWithoutValidation("x-simulated-trading", "1");
        }

        if (request.Security != RequestSecurity.Public)
        {
            var credentials = context.Account.Credentials;
            var time = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            var payload = time + request.Method.Method + request.Path + (query.Length == 0 ? "" : "?" + query) + Encoding.UTF8.GetString(body);
            message.Headers.TryAddWithoutValidation("OK-ACCESS-KEY", credentials.Key);
            message.Headers.TryAddWithoutValidation("OK-ACCESS-SIGN", Signature.Base64(credentials.Secret, payload));
            message.Headers.TryAddWithoutValidation("OK-ACCESS-TIMESTAMP", time);
            message.Headers.TryAddWithoutValidation("OK-ACCESS-PASSPHRASE", credentials.Passphrase);
        }

        if (request.Kind == RequestKind.Order)
        {
            var end = now + context.Options.RecvWindow;
            message.Headers.TryAddWithoutValidation("expTime", end.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
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
            code = (int)root.NeedDecimal("code");
            if (Failure(root) is { } item)
            {
                return Refusal(request, answer, (int)item.NeedDecimal("sCode"), item.Text("sMsg") ?? "");
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            return answer.Status == 429
                ? VenueReply.Refused<JsonReply>(new(RefusalMeaning.RateLimited, "HTTP_429", "Too many requests.", answer.RetryAfter))
                : VenueReply.Unknown<JsonReply>($"HTTP {answer.Status} without an answer that can be read");
        }

        var isGood = code == 0 || request.Items is not null && code is 1 or 2;
        return !isGood ? Refusal(request, answer, code, root.Text("msg") ?? "")
            : answer.Status is >= 200 and < 300 && root.TryGetProperty("data", out var data) ? VenueReply.Accepted(new JsonReply(data))
            : VenueReply.Unknown<JsonReply>($"HTTP {answer.Status} with code {code}");
    }

    public IReadOnlyList<RateCharge> Charges(VenueRequest request)
    {
        var instrument = request.Kind == RequestKind.Order ? request.Fields.Text("instId") : null;
        var window = _windows.GetOrAdd((request.Method.Method, request.Path, instrument), key => RateWindow.Documented(
            PerTwoSeconds.GetValueOrDefault(key.Path, LeastPerTwoSeconds), TwoSeconds, context.Options.RateLimitFactor));
        return request.Kind == RequestKind.Order ? [new(window, 1), new(_orders, 1)] : [new(window, 1)];
    }

    public void Observe(VenueRequest request, HttpAnswer answer, RateGate gate)
    {
        if (answer.Status == 429 && answer.RetryAfter is { } pause)
        {
            gate.Close(pause);
        }
    }

    /// <summary>The item whose code is not good; null when all are.</summary>
    private static JsonElement? Failure(JsonElement root)
    {
        if (!root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var item in data.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.Text("sCode") is not (null or "0"))
            {
                return item;
            }
        }

        return null;
    }

    private static VenueReply<JsonReply> Refusal(VenueRequest request, HttpAnswer answer, int code, string message)
    {
        var text = code.ToString(CultureInfo.InvariantCulture);
        if (OkxErrors.BusyReads.Contains(code) && request.Kind == RequestKind.Read)
        {
            return VenueReply.Refused<JsonReply>(RefusalMeaning.Busy, text, message);
        }

        return OkxErrors.Meanings.TryGetValue(code, out var meaning)
            ? VenueReply.Refused<JsonReply>(new(meaning, text, message, meaning == RefusalMeaning.RateLimited ? answer.RetryAfter ?? TwoSeconds : null))
            : VenueReply.Unknown<JsonReply>($"HTTP {answer.Status}, {code}: {message}");
    }
}
