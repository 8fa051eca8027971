using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.EventLog;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.IntegrationTests.Execution.Accounts;

/// <summary>Execution as it runs, in this process, on a port and a database of its own; only the venues are played.</summary>
internal sealed class AccountsHost : IAsyncDisposable
{
    private const string SigningKey = "a-signing-key-for-tests-only-0123456789";
    private static readonly Uri Base = new("/api/v1/accounts", UriKind.Relative);

    private readonly string _connection;
    private readonly Dictionary<string, string> _settings;
    private WebApplication _app = null!;

    private AccountsHost(string connection, Dictionary<string, string> settings) => (_connection, _settings) = (connection, settings);

    public HttpClient Http { get; private set; } = null!;

    public PlayedVenue Venue { get; } = new();

    public PlayedTime Time { get; } = new();

    /// <summary>Every line at every level.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public IServiceProvider Services => _app.Services;

    public static string Key() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <param name="settings">Such as <c>Execution:Keys:1</c>.</param>
    public static async Task<AccountsHost> StartAsync(string connection, params (string Name, string Value)[] settings)
    {
        var host = new AccountsHost(connection, settings.ToDictionary(s => s.Name, s => s.Value));
        await host.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public async Task<(HttpStatusCode Status, JsonObject Body, string Text)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Base + path, UriKind.Relative));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject(), text);
    }

    public Task<(HttpStatusCode Status, JsonObject Body, string Text)> PostAsync(string path, object? body = null) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : JsonContent(body));

    public Task<(HttpStatusCode Status, JsonObject Body, string Text)> PatchAsync(string id, object body) => SendAsync(HttpMethod.Patch, $"/{id}", JsonContent(body));

    public Task<(HttpStatusCode Status, JsonObject Body, string Text)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(HttpStatusCode Status, JsonObject Body, string Text)> BindAsync(string id, Guid group) => SendAsync(HttpMethod.Put, $"/{id}/groups/{group}");

    /// <summary>A new account; fails the test when it is refused.</summary>
    public async Task<JsonObject> CreateAsync(object body)
    {
        var (status, account, text) = await PostAsync("", body);
        return status == HttpStatusCode.Created ? account : throw new InvalidOperationException($"{status} {text}");
    }

    public async Task<string> SimulatedAsync(string name) => (await CreateAsync(new { name, exchange = "simulated" }))["id"]!.GetValue<string>();

    public async Task<IReadOnlyList<JsonNode>> AuditAsync(string id) => [.. (await GetAsync($"/{id}/audit")).Body["items"]!.AsArray().Select(n => n!).Reverse()];

    public Task<IReadOnlyList<Order>> DecideAsync(params TradeDecision[] decisions) =>
        Services.GetRequiredService<DecisionProcessor>().ProcessAsync(decisions, CancellationToken.None);

    public async Task<T> ReadAsync<T>(Func<ExecutionDb, Task<T>> read)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<ExecutionDb>>().CreateDbContextAsync();
        return await read(db);
    }

    public async Task WriteAsync(Func<ExecutionDb, Task> write)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<ExecutionDb>>().CreateDbContextAsync();
        await write(db);
    }

    /// <summary>A group with its first account, as the gateway's announcement makes them.</summary>
    public Task AddGroupAsync(Guid group, string name) =>
        WriteAsync(db => SimulatedAccounts.EnsureAsync(db, [(group, name, 1L)], 1_000_000m, FillModels.Instant, TimeProvider.System.GetUtcNow(), CancellationToken.None));

    /// <summary>No exchange is reached from here: their addresses are a port that nobody listens on.</summary>
    private static IEnumerable<string> Nowhere() =>
        from venue in (string[])["binance", "bybit", "okx"]
        from environment in (string[])["Live", "Sandbox"]
        from part in (string[])["Rest=http", "PrivateStream=ws"]
        select $"--Execution:Venues:Hosts:{venue}:{environment}:{part}://127.0.0.1:9";

    private static string JsonContent(object body) => body as string ?? System.Text.Json.JsonSerializer.Serialize(body);

    private async Task StartAsync()
    {
        string[] args =
        [
            $"--Auth:JwtKey={SigningKey}",
            $"--ConnectionStrings:Postgres={_connection}",
            "--Bus:Transport=InMemory",
            "--urls=http://127.0.0.1:0",
            "--Execution:MaxPriceAge=01:00:00",
            "--Execution:MaxDecisionAge=01:00:00",
            "--Execution:PriceWait=00:00:00",
            "--Logging:LogLevel:Default=Trace",
            "--Logging:LogLevel:Microsoft.AspNetCore=Trace",
            "--Logging:LogLevel:Microsoft.EntityFrameworkCore=Trace",
            .. Nowhere(),
            .. _settings.Select(s => $"--{s.Key}={s.Value}"),
        ];
        _app = ServiceApp.Build("execution", args, false, new ExecutionModule(), new PlayedParts(this));
        await _app.Services.GetRequiredService<IDurableStore>().MigrateAsync(CancellationToken.None);
        if (_app.Services.GetService<IEventLog>() is { } log)
        {
            await log.MigrateAsync(CancellationToken.None);
        }

        await new ExecutionModule().MigrateAsync(_app.Services, CancellationToken.None);
        await _app.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        Services.GetRequiredService<PriceBook>().Update([new PriceTick("BTCUSDT", 100_000m, null, null, now, now, "test")]);
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token("alice"));
    }

    public static string Token(string name)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Auth:JwtKey", SigningKey)]).Build();
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = JwtValidation.Issuer,
            Audience = JwtValidation.Issuer,
            Claims = new Dictionary<string, object> { ["sub"] = name, ["role"] = "admin" },
            SigningCredentials = new SigningCredentials(JwtValidation.Key(configuration), SecurityAlgorithms.HmacSha256),
        });
    }

    private sealed class PlayedParts(AccountsHost host) : IServiceModule
    {
        public string Name => "played";

        public IReadOnlyList<SettingsSection> Settings => [];

        public void AddServices(WebApplicationBuilder builder)
        {
            builder.Logging.AddProvider(new Lines(host.Log));
            builder.Services.AddSingleton<ICredentialCheck>(host.Venue);
            // The clock of the accounts alone: prices and the bus go by the real one.
            builder.Services.AddSingleton(
                p => new AccountWork(p.GetRequiredService<IDbContextFactory<ExecutionDb>>(), p.GetServices<IAccountListener>(), host.Time, p.GetRequiredService<ILogger<AccountWork>>()));
        }

        public void AddConsumers(IBusRegistrationConfigurator bus)
        {
        }

        public void Map(WebApplication app)
        {
        }

        public Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

/// <summary>Answers what it is told to and keeps what it was asked.</summary>
internal sealed class PlayedVenue : ICredentialCheck
{
    public CredentialVerdict Verdict { get; set; } = new CredentialVerdict.Verified();

    public ConcurrentQueue<(AccountSettings Account, string ApiKey, string Secret, string Passphrase)> Asked { get; } = new();

    public Task<CredentialVerdict> CheckAsync(AccountSettings account, Credentials credentials, CancellationToken cancellationToken)
    {
        static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
        Asked.Enqueue((account, Text(credentials.ApiKey), Text(credentials.Secret), Text(credentials.Passphrase)));
        return Task.FromResult(Verdict);
    }
}

/// <summary>The real time and what a test adds to it.</summary>
internal sealed class PlayedTime : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
