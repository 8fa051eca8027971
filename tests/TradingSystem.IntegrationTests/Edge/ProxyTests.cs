using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Edge;

/// <summary>Everything through Debian's nginx with TLS, under a path of its own.</summary>
[TestFixture]
public sealed partial class ProxyTests
{
    private const string Base = "/trading";

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-").FullName;
    private TradingCluster _cluster = null!;
    private PrivateNginx _nginx = null!;
    private HttpClient _http = null!;
    private string _group = null!;

    private Uri Site => new($"https://127.0.0.1:{_nginx.Port}{Base}/");

    private Uri Address => new($"wss://127.0.0.1:{_nginx.Port}{Base}/ws/events");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string>
        {
            ["BASE_PATH"] = Base,
            ["PROXY__TRUSTED"] = PrivateNginx.Address,
            ["GATEWAY__CONNECTIONBURST"] = "4",
            ["GATEWAY__CONNECTIONSPERSECOND"] = "1",
        });
        _nginx = new PrivateNginx(Path.Combine(_folder, "nginx"));
        await _nginx.StartAsync(_cluster.Front, _cluster.Front, Base);
        _group = (await _cluster.AddGroupAsync("edge")).Token;
        _http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => _nginx.IsOwn(certificate) } });
        var login = await SendAsync(HttpMethod.Post, "api/v1/auth/login", new JsonObject { ["username"] = TradingCluster.AdminName, ["password"] = TradingCluster.Password });
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login["access_token"]!.GetValue<string>());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http?.Dispose();
        await (_nginx?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_cluster?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task A_webhooks_secret_in_its_address_is_in_no_log_of_proxy_or_product()
    {
        var made = await SendAsync(HttpMethod.Post, "api/v1/hooks", JsonNode.Parse("""{"name":"behind","auth":{"kind":"path"},"targets":["nobody"],"title":"t"}""")!.AsObject());
        var secret = made["secret"]!.GetValue<string>();
        foreach (var (path, body, status) in new[]
        {
            ($"hooks/behind/{secret}", "Buy", HttpStatusCode.Accepted),
            ($"HOOKS/behind/{secret}", "Sell", HttpStatusCode.Accepted),
            ($"hooks/behind/{secret}x", "Buy", HttpStatusCode.Unauthorized),
            ($"HOOKS/behind/{secret}", new string('x', 70_000), HttpStatusCode.RequestEntityTooLarge),
            ($"Hooks/behind/{secret}", new string('x', 70_000), HttpStatusCode.RequestEntityTooLarge),
            ($"api/v1/{secret}", "Buy", HttpStatusCode.NotFound),
            ($"/{secret}", "Buy", HttpStatusCode.NotFound),
            ($"/elsewhere/{secret}", new string('x', 70_000), HttpStatusCode.RequestEntityTooLarge),
            // What is in both logs, so that they are known to be written.
            ("api/v1/not-a-hook", new string('x', 1_100_000), HttpStatusCode.RequestEntityTooLarge),
        })
        {
            using var content = new StringContent(body);
            using var answer = await _http.PostAsync(new Uri(Site, path), content);
            Assert.That(answer.StatusCode, Is.EqualTo(status), path);
        }

        foreach (var log in new[] { _nginx.Log, _nginx.AccessLog })
        {
            var text = await Wait.ForAsync(log, async () => await File.ReadAllTextAsync(log) is var lines && lines.Contains("not-a-hook", StringComparison.Ordinal) ? lines : null);
            Assert.That((text.Contains(secret, StringComparison.Ordinal), text.Contains("/behind/", StringComparison.Ordinal)), Is.EqualTo((false, false)), log);
        }

        Assert.That(_cluster.WholeLog("standalone"), Does.Not.Contain(secret));
    }

    [TestCase("")]
    [TestCase("index.html")]
    public async Task The_page_and_what_it_loads_are_found_below_the_prefix(string path)
    {
        var page = await _http.GetStringAsync(new Uri(Site, path));
        Assert.That(page, Does.Contain($"<base href=\"{Base}/\""));
        var script = ScriptSource().Match(page).Groups[1].Value;
        // As a browser resolves it.
        using var answer = await _http.GetAsync(new Uri(Site, script));
        Assert.That((answer.StatusCode, answer.Content.Headers.ContentType?.MediaType), Is.EqualTo((HttpStatusCode.OK, "text/javascript")));
    }

    [Test]
    public async Task Rest_works_below_the_prefix_and_addresses_in_answers_have_it()
    {
        Assert.That((await _http.GetFromJsonAsync<JsonObject>(new Uri(Site, "api/v1/groups")))!["items"]!.AsArray(), Is.Not.Empty);
        Assert.That((await _http.GetFromJsonAsync<JsonObject>(new Uri(Site, "openapi/v1.json")))!["servers"]![0]!["url"]!.GetValue<string>(), Does.EndWith(Base));
        using var made = await _http.PostAsJsonAsync(new Uri(Site, "api/v1/triggers"), new { name = "edge-trigger", provider_name = "p", model_name = "m" });
        Assert.That(made.Headers.Location?.OriginalString, Does.StartWith($"{Base}/api/v1/triggers/"));
    }

    [Test]
    public async Task A_ticket_is_had_and_used_below_the_prefix()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Site, "api/v1/ws-tickets"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await _cluster.AddGroupAsync("edge-ticket")).Token);
        using var answer = await _http.SendAsync(request);
        var ticket = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["ticket"]!.GetValue<string>();
        using var bot = await ConnectAsync($"ticket={ticket}", "127.0.0.11");
        Assert.That((await ReadAsync(bot))["message"]!.GetValue<string>(), Is.EqualTo("connected"));
    }

    [Test]
    public async Task A_quiet_bot_and_a_quiet_page_outlive_the_proxys_patience_of_60_s()
    {
        using var bot = await ConnectAsync($"trading_group_token={_group}", "127.0.0.12");
        await ReadAsync(bot);
        using var page = await HubAsync();
        var (botSays, pageSays) = (bot.ReceiveAsync(new byte[1024], default), DrainAsync(page));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(70));
        var ended = Task.WhenAny(botSays, pageSays);
        Assert.That(async () => await ended.WaitAsync(patience.Token), Throws.InstanceOf<OperationCanceledException>(), "neither was cut");
        await bot.SendAsync(Encoding.UTF8.GetBytes("""{"type":"ping","id":"still"}"""), WebSocketMessageType.Text, true, default);
        await botSays.WaitAsync(Wait.Most);
        Assert.That(pageSays.IsCompleted, Is.False);
    }

    [Test]
    public async Task Who_guesses_behind_the_proxy_uses_up_only_the_allowance_of_its_own_address()
    {
        var refusals = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            refusals.Add(await RefusalAsync("127.0.0.66"));
        }

        Assert.That(refusals, Does.Contain("RATE_LIMITED"));
        Assert.That(await RefusalAsync("127.0.0.67"), Is.EqualTo("INVALID_TOKEN"));
    }

    [Test]
    public async Task An_address_that_a_client_claims_to_come_for_does_not_count()
    {
        var refusals = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            // The proxy adds the address that it saw to the right of what was claimed.
            refusals.Add(await RefusalAsync("127.0.0.77", claimed: $"198.51.100.{i}"));
        }

        Assert.That(refusals, Does.Contain("RATE_LIMITED"));
    }

    [Test]
    public async Task Connections_that_prove_a_token_do_not_use_up_their_addresss_allowance()
    {
        var (_, token) = await _cluster.AddGroupAsync("edge-proves");
        for (var i = 0; i < 12; i++)
        {
            using var bot = await ConnectAsync($"trading_group_token={token}", "127.0.0.88");
            Assert.That((await ReadAsync(bot))["message"]!.GetValue<string>(), Is.EqualTo("connected"), $"connection {i}");
            await bot.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        }
    }

    [Test]
    public async Task A_bot_that_comes_without_the_proxy_is_served_with_and_without_the_prefix()
    {
        foreach (var path in new[] { "/ws/events", $"{Base}/ws/events" })
        {
            var (_, token) = await _cluster.AddGroupAsync($"edge-direct-{path.Length}");
            using var bot = new ClientWebSocket();
            await bot.ConnectAsync(new Uri(_cluster.Socket, $"{path}?trading_group_token={token}"), default);
            Assert.That((await ReadAsync(bot))["message"]!.GetValue<string>(), Is.EqualTo("connected"));
        }
    }

    [GeneratedRegex("<script[^>]* src=\"([^\"]+)\"")]
    private static partial Regex ScriptSource();

    private static async Task<JsonObject> ReadAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        var buffer = new byte[64 * 1024];
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
            length += part.Count;
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(buffer.AsSpan(0, length))!.AsObject();
    }

    /// <summary>Until the hub's connection is closed; meanwhile it says that it is there, as SignalR's client does.</summary>
    private static async Task DrainAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        using var ended = new CancellationTokenSource();
        var pinging = PingAsync();
        while ((await socket.ReceiveAsync(buffer, default)).MessageType != WebSocketMessageType.Close)
        {
        }

        await ended.CancelAsync();
        await pinging;

        async Task PingAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10));
            while (!ended.IsCancellationRequested && await timer.WaitForNextTickAsync(ended.Token).AsTask().ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default))
            {
                await socket.SendAsync("{\"type\":6}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, ended.Token);
            }
        }
    }

    /// <param name="from">The client's own address.</param>
    /// <param name="claimed">What it says about where it comes from.</param>
    private async Task<ClientWebSocket> ConnectAsync(string query, string from, string? claimed = null)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => _nginx.IsOwn(certificate) },
            ConnectCallback = async (context, token) =>
            {
                var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                peer.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await peer.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(peer, ownsSocket: true);
            },
        };
        var socket = new ClientWebSocket();
        if (claimed is not null)
        {
            socket.Options.SetRequestHeader("X-Forwarded-For", claimed);
        }

        await socket.ConnectAsync(new Uri($"{Address}?{query}"), new HttpMessageInvoker(handler), default);
        return socket;
    }

    /// <summary>The reason of the close that a bad token gets.</summary>
    private async Task<string> RefusalAsync(string from, string? claimed = null)
    {
        using var socket = await ConnectAsync("trading_group_token=tg_wrong", from, claimed);
        using var deadline = new CancellationTokenSource(Wait.Most);
        var buffer = new byte[16 * 1024];
        while (socket.CloseStatus is null)
        {
            await socket.ReceiveAsync(buffer, deadline.Token);
        }

        return socket.CloseStatusDescription!.Split(':', ' ')[0];
    }

    private async Task<ClientWebSocket> HubAsync()
    {
        var ticket = (await SendAsync(HttpMethod.Post, "api/v1/auth/hub-ticket", []))["ticket"]!.GetValue<string>();
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => _nginx.IsOwn(certificate);
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{_nginx.Port}{Base}/hubs/live?ticket={Uri.EscapeDataString(ticket)}"), default);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, default);
        return socket;
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(method, new Uri(Site, path)) { Content = JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!.AsObject()
            : throw new InvalidOperationException($"{path}: {answer.StatusCode} {text}\n{OwnProcess.Tail(_nginx.Log)}");
    }
}
