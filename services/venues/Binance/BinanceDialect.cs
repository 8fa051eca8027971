using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Binance;

/// <summary>
/// Signing, answers and limits of USD-M futures. Parameters go into the form of a POST and PUT and into the query of the others, the signature last.
/// </summary>
public sealed class BinanceDialect(VenueContext context) : IVenueDialect
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TenSeconds = TimeSpan.FromSeconds(10);

    private readonly Address _address = context.Shared.Part(() => new Address(context.Options.RateLimitFactor));
    private readonly RateWindow _ordersShort = RateWindow.Documented(300, TenSeconds, context.Options.RateLimitFactor);
    private readonly RateWindow _ordersLong = RateWindow.Documented(1200, Minute, context.Options.RateLimitFactor);

    public VenueRequest TimeRequest { get; } = VenueRequest.Public("/fapi/v1/time");

    public DateTimeOffset ReadTime(JsonReply reply) => reply.Root.NeedTime("serverTime");

    public HttpRequestMessage Compose(VenueRequest request, DateTimeOffset now)
    {
        var text = request.Fields.ToQuery();
        if (request.Security == RequestSecurity.Signed)
        {
            text += $"{(text.Length == 0 ? "" : "&")}recvWindow={(long)context.Options.RecvWindow.TotalMilliseconds}&timestamp={now.ToUnixTimeMilliseconds()}";
            text += $"&signature={Signature.Hex(context.Account.Credentials.Secret, text)}";
        }

        var inBody = request.Method == HttpMethod.Post || request.Method == HttpMethod.Put;
        var message = new HttpRequestMessage(request.Method, context.Hosts.RestAddress(request.Path, inBody ? "" : text));
        if (request.Security != RequestSecurity.Public)
        {
            message.Headers.TryAddWithoutValidation("X-MBX-APIKEY", context.Account.Credentials.Key);
        }

        if (inBody)
        {
            message.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(text));
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        }

        return message;
    }

    public VenueReply<JsonReply> Judge(VenueRequest request, HttpAnswer answer)
    {
        JsonElement root;
        try
        {
            root = JsonFields.Parse(answer.Body);
        }
        catch (JsonException)
        {
            return Unreadable(answer);
        }

        if (answer.Status is >= 200 and < 300 && root.ValueKind is JsonValueKind.Object or JsonValueKind.Array && Code(root) is null or >= 0)
        {
            return VenueReply.Accepted(new JsonReply(root));
        }

        return Code(root) is { } code ? Refusal(answer, code, root.Text("msg") ?? "") : Unreadable(answer);
    }

    public IReadOnlyList<RateCharge> Charges(VenueRequest request) => request.Kind == RequestKind.Order
        ? [new(_address.Weight, request.Weight), new(_ordersShort, 1), new(_ordersLong, 1)]
        : [new(_address.Weight, request.Weight)];

    public void Observe(VenueRequest request, HttpAnswer answer, RateGate gate)
    {
        Take("X-MBX-USED-WEIGHT-1M", _address.Weight);
        Take("X-MBX-ORDER-COUNT-10S", _ordersShort);
        Take("X-MBX-ORDER-COUNT-1M", _ordersLong);
        if (Pause(answer) is { } pause)
        {
            gate.Close(pause);
        }

        void Take(string header, RateWindow window)
        {
            if (int.TryParse(answer.Header(header), NumberStyles.None, CultureInfo.InvariantCulture, out var spent))
            {
                gate.Observe(window, spent);
            }
        }
    }

    private static VenueReply<JsonReply> Refusal(HttpAnswer answer, int code, string message)
    {
        var text = code.ToString(CultureInfo.InvariantCulture);
        if (answer.Status is 429 or 418)
        {
            return VenueReply.Refused<JsonReply>(new(RefusalMeaning.RateLimited, text, message, Pause(answer)));
        }

        if (answer.Status == 503 && Unavailable(message) is { } unavailable)
        {
            return unavailable;
        }

        // -1001 says "internal error", which is a failure for certain only in the 503 that the documentation names.
        if (answer.Status == 503 && code == -1001)
        {
            return VenueReply.Refused<JsonReply>(RefusalMeaning.Busy, text, message);
        }

        return !BinanceErrors.Unknown.Contains(code) && BinanceErrors.Meanings.TryGetValue(code, out var meaning)
            ? VenueReply.Refused<JsonReply>(new(meaning, text, message, meaning == RefusalMeaning.RateLimited ? answer.RetryAfter : null))
            : VenueReply.Unknown<JsonReply>($"HTTP {answer.Status}, {code}: {message}");
    }

    private static VenueReply<JsonReply> Unreadable(HttpAnswer answer)
    {
        if (answer.Status is 429 or 418 or 403)
        {
            return VenueReply.Refused<JsonReply>(new(RefusalMeaning.RateLimited, $"HTTP_{answer.Status}", "Too many requests.", Pause(answer)));
        }

        var text = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, 512)]);
        return answer.Status == 503 && Unavailable(text) is { } unavailable
            ? unavailable
            : VenueReply.Unknown<JsonReply>($"HTTP {answer.Status} without an answer that can be read");
    }

    /// <summary>Two of the three 503 of the documentation are failures for certain; null for the third and any other.</summary>
    private static VenueReply<JsonReply>? Unavailable(string message) =>
        message.Contains("Service Unavailable", StringComparison.OrdinalIgnoreCase) || message.Contains("Internal error; unable to process", StringComparison.OrdinalIgnoreCase)
            ? VenueReply.Refused<JsonReply>(RefusalMeaning.Busy, "HTTP_503", message)
            : null;

    private static TimeSpan? Pause(HttpAnswer answer) => answer.Status switch
    {
        429 => answer.RetryAfter ?? Minute,
        418 => answer.RetryAfter ?? TimeSpan.FromMinutes(2),
        403 => answer.RetryAfter ?? TimeSpan.FromSeconds(30),
        _ => null,
    };

    private static int? Code(JsonElement root) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("code", out var code)
        && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var value) ? value : null;

    /// <summary>Limits that count per address, common to all accounts.</summary>
    private sealed class Address(double factor)
    {
        public RateWindow Weight { get; } = RateWindow.Documented(2400, Minute, factor);
    }
}
