using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>An account at the emulator without an adapter in between: requests signed as each venue wants it, replies as they come.</summary>
internal sealed class RawVenue(EmulatorProcess emulator, VenueKind venue) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = emulator.Rest(venue), Timeout = TimeSpan.FromSeconds(30) };

    public string Key { get; } = $"key{Guid.NewGuid():N}";

    public string Secret { get; set; } = $"secret{Guid.NewGuid():N}";

    public TimeSpan Ahead { get; set; }

    private DateTimeOffset Now => TimeProvider.System.GetUtcNow() + Ahead;

    private string Ms => Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    public Task OpenAsync() => emulator.OpenAccountAsync(new AccountRequest(venue, Key, Secret, "phrase"));

    /// <summary>Signed. Parameters go into the query, for a body of JSON see <see cref="PostAsync"/>.</summary>
    public async Task<(int Status, JsonNode Body)> SendAsync(HttpMethod method, string path, string query = "")
    {
        if (venue == VenueKind.Binance)
        {
            var signed = (query.Length > 0 ? query + "&" : "") + $"recvWindow=5000&timestamp={Ms}";
            query = $"{signed}&signature={Signing.Hex(Secret, signed)}";
        }

        using var request = new HttpRequestMessage(method, query.Length > 0 ? $"{path}?{query}" : path);
        Sign(request, query, "");
        return await AnswerAsync(request);
    }

    public async Task<(int Status, JsonNode Body)> PostAsync(string path, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        Sign(request, "", json);
        return await AnswerAsync(request);
    }

    public async Task<JsonNode> GetAsync(string path, string query = "") => (await SendAsync(HttpMethod.Get, path, query)).Body;

    /// <summary>The private stream with everything subscribed, before anything happens on it.</summary>
    public async Task<ClientWebSocket> StreamAsync(bool business = false)
    {
        var socket = new ClientWebSocket();
        using var deadline = new CancellationTokenSource(Wait.Most);
        switch (venue)
        {
            case VenueKind.Binance:
                var key = (await SendAsync(HttpMethod.Post, "/fapi/v1/listenKey")).Body["listenKey"];
                await socket.ConnectAsync(emulator.Stream(venue, $"/ws/{key}"), deadline.Token);
                break;
            case VenueKind.Bybit:
                var expires = (Now + TimeSpan.FromSeconds(30)).ToUnixTimeMilliseconds();
                await socket.ConnectAsync(emulator.Stream(venue, "/v5/private"), deadline.Token);
                await TellAsync(socket, $$"""{"op":"auth","args":["{{Key}}",{{expires}},"{{Signing.Hex(Secret, $"GET/realtime{expires}")}}"]}""");
                await NextAsync(socket, m => m["op"]?.GetValue<string>() == "auth");
                await TellAsync(socket, """{"op":"subscribe","args":["order","execution","position","wallet"]}""");
                await NextAsync(socket, m => m["op"]?.GetValue<string>() == "subscribe");
                break;
            default:
                var time = Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
                await socket.ConnectAsync(emulator.Stream(venue, business ? "/ws/v5/business" : "/ws/v5/private"), deadline.Token);
                await TellAsync(socket, $$"""{"op":"login","args":[{"apiKey":"{{Key}}","passphrase":"phrase","timestamp":"{{time}}","sign":"{{Signing.Base64(Secret, time + "GET/users/self/verify")}}"}]}""");
                await NextAsync(socket, m => m["event"]?.GetValue<string>() == "login");
                foreach (var channel in business ? ["orders-algo"] : new[] { "orders", "positions", "account" })
                {
                    await TellAsync(socket, $$"""{"op":"subscribe","args":[{"channel":"{{channel}}","instType":"SWAP"}]}""");
                    await NextAsync(socket, m => m["event"]?.GetValue<string>() == "subscribe");
                }

                break;
        }

        return socket;
    }

    public static async Task<JsonObject> NextAsync(ClientWebSocket socket, Func<JsonObject, bool> wanted)
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            if (JsonNode.Parse(buffer.AsSpan(0, length)) is JsonObject message && wanted(message))
            {
                return message;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task TellAsync(ClientWebSocket socket, string text)
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, deadline.Token);
    }

    private async Task<(int Status, JsonNode Body)> AnswerAsync(HttpRequestMessage request)
    {
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private void Sign(HttpRequestMessage request, string query, string body)
    {
        var headers = request.Headers;
        switch (venue)
        {
            case VenueKind.Binance:
                headers.Add("X-MBX-APIKEY", Key);
                break;
            case VenueKind.Bybit:
                var time = Ms;
                headers.Add("X-BAPI-API-KEY", Key);
                headers.Add("X-BAPI-TIMESTAMP", time);
                headers.Add("X-BAPI-RECV-WINDOW", "5000");
                headers.Add("X-BAPI-SIGN", Signing.Hex(Secret, $"{time}{Key}5000{query}{body}"));
                break;
            default:
                var stamp = Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                headers.Add("OK-ACCESS-KEY", Key);
                headers.Add("OK-ACCESS-PASSPHRASE", "phrase");
                headers.Add("OK-ACCESS-TIMESTAMP", stamp);
                headers.Add("OK-ACCESS-SIGN", Signing.Base64(Secret, stamp + request.Method.Method + request.RequestUri + body));
                break;
        }
    }
}
