using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TradingSystem.Dashboard;
using TradingSystem.Hosting;
using TradingSystem.Hosting.EventLog;

namespace TradingSystem.IntegrationTests.Dashboard.Accounts;

/// <summary>The dashboard service as it runs, in this process, on a port of its own.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    public const string Admin = "admin";
    public const string AdminPassword = "the first password of all";

    private readonly WebApplication _app;

    private DashboardHost(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    public static string[] Arguments(string connection, params string[] more) =>
    [
        "--Auth:JwtKey=a-signing-key-for-tests-only-0123456789",
        $"--Auth:AdminUsername={Admin}",
        $"--Auth:AdminPassword={AdminPassword}",
        $"--ConnectionStrings:Postgres={connection}",
        "--Bus:Transport=InMemory",
        "--urls=http://127.0.0.1:0",
        .. more,
    ];

    public static async Task<DashboardHost> StartAsync(string connection, params string[] settings)
    {
        var app = ServiceApp.Build("dashboard", Arguments(connection, settings), false, new DashboardModule());
        await app.Services.GetRequiredService<IDurableStore>().MigrateAsync(CancellationToken.None);
        if (app.Services.GetService<IEventLog>() is { } log)
        {
            await log.MigrateAsync(CancellationToken.None);
        }

        await new DashboardModule().MigrateAsync(app.Services, CancellationToken.None);
        await app.StartAsync();
        var host = new DashboardHost(app);
        var ready = app.Services.GetServices<IReadyCheck>().ToList();
        await Wait.UntilAsync("the dashboard is ready", () => Task.FromResult(ready.TrueForAll(c => c.IsReady)));
        return host;
    }

    /// <summary>A browser of its own, at an address of this machine.</summary>
    public Browser Browser(string from = "127.0.0.1") => new(Address, from);

    public async Task<Browser> SignedInAsync(string username = Admin, string password = AdminPassword, string from = "127.0.0.1")
    {
        var browser = Browser(from);
        var (status, body) = await browser.LoginAsync(username, password);
        return status == HttpStatusCode.OK ? browser : throw new InvalidOperationException($"{status} {body}");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>A client with a token and a cookie, both of which a test may look at and exchange.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _http;

    public Browser(Uri address, string from) =>
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(60),
        };

    public string? Token { get; set; }

    public string? Cookie { get; set; }

    /// <summary>Of the last answer.</summary>
    public HttpResponseHeaders Headers { get; private set; } = null!;

    public async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (Token is { } token)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        if (Cookie is { } cookie)
        {
            request.Headers.Add("Cookie", $"trading_session={cookie}");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await _http.SendAsync(request);
        Headers = answer.Headers;
        if (answer.Headers.TryGetValues("Set-Cookie", out var set) && set.FirstOrDefault(c => c.StartsWith("trading_session=", StringComparison.Ordinal)) is { } given)
        {
            Cookie = given["trading_session=".Length..given.IndexOf(';', StringComparison.Ordinal)] is { Length: > 0 } value ? value : null;
        }

        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    public Task<(HttpStatusCode Status, JsonObject Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(string path, object? body = null) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : System.Text.Json.JsonSerializer.Serialize(body));

    public Task<(HttpStatusCode Status, JsonObject Body)> PatchAsync(string path, object body) =>
        SendAsync(HttpMethod.Patch, path, System.Text.Json.JsonSerializer.Serialize(body));

    public Task<(HttpStatusCode Status, JsonObject Body)> LoginAsync(string username, string password) => KeepAsync(PostAsync("/api/v1/auth/login", new { username, password }));

    public Task<(HttpStatusCode Status, JsonObject Body)> RefreshAsync() => KeepAsync(PostAsync("/api/v1/auth/refresh"));

    public Task<(HttpStatusCode Status, JsonObject Body)> MeAsync() => GetAsync("/api/v1/users/me");

    public void Dispose() => _http.Dispose();

    private async Task<(HttpStatusCode Status, JsonObject Body)> KeepAsync(Task<(HttpStatusCode Status, JsonObject Body)> asked)
    {
        var (status, body) = await asked;
        Token = (string?)body["access_token"] ?? Token;
        return (status, body);
    }
}
