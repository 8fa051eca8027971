using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>
/// The whole product on loopback: one process on the in-memory bus, or six on RabbitMQ. Each process can be killed and started again by name.
/// </summary>
public sealed class TradingCluster : IAsyncDisposable
{
    private const string AdminPassword = "test-password-of-this-run";
    private static readonly string[] Services = ["gateway", "trigger", "trading-group", "execution", "diary", "dashboard"];

    private readonly string _folder = Directory.CreateTempSubdirectory("trading-").FullName;
    private readonly bool _distributed;
    private readonly IPostgresServer _postgres;
    private readonly IRabbitServer _rabbit;
    private readonly string _market;
    private readonly Dictionary<string, OwnProcess> _processes = [];
    private readonly Dictionary<string, int> _ports = [];
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly List<string> _more = [];

    private TradingCluster(bool distributed, string market, IReadOnlyDictionary<string, string> settings)
    {
        _settings = settings;
        _distributed = distributed;
        _market = market;
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        _postgres = TestServers.Postgres(Path.Combine(_folder, "postgres"));
        _rabbit = TestServers.Rabbit(Path.Combine(_folder, "rabbit"));
        foreach (var service in Names)
        {
            _ports[service] = OwnProcess.FreePort();
        }
    }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public string ConnectionString => _postgres.ConnectionString;

    /// <summary>amqp:// of the broker, where there is one.</summary>
    public string Broker => _rabbit.Address;

    public static string AdminName => "admin";

    public static string Password => AdminPassword;

    /// <summary>What people's tokens are signed with.</summary>
    public static string SigningKey => "a-signing-key-for-tests-only-0123456789";

    /// <summary>Everything that can be killed.</summary>
    public IReadOnlyList<string> Killable => _distributed ? [.. Services, "rabbitmq", "postgres"] : ["standalone", "postgres"];

    public Uri Front => new($"http://127.0.0.1:{_ports[_distributed ? "dashboard" : "standalone"]}");

    public Uri Socket => new($"ws://127.0.0.1:{_ports[_distributed ? "gateway" : "standalone"]}/ws/events");

    /// <summary>The process that serves <see cref="Socket"/>.</summary>
    public string Gateway => _distributed ? "gateway" : "standalone";

    private string[] Names => _distributed ? [.. Services, .. _more] : ["standalone"];

    /// <param name="settings">Environment variables of every process.</param>
    /// <param name="serviceByService">Each service prepares its own part of database and broker, as it is deployed; one process does it sooner.</param>
    public static async Task<TradingCluster> StartAsync(bool distributed, string market = "simulated", IReadOnlyDictionary<string, string>? settings = null, bool serviceByService = false)
    {
        var cluster = new TradingCluster(distributed, market, settings ?? new Dictionary<string, string>());
        try
        {
            await Task.WhenAll(cluster._postgres.InitialiseAsync(), distributed ? cluster._rabbit.StartAsync() : Task.CompletedTask);
            foreach (var name in serviceByService ? cluster.Names : ["standalone"])
            {
                await OwnProcess.RunAsync("dotnet", [cluster.Assembly(name), "--migrate"], cluster.Log(name), cluster.Environment(name));
            }

            foreach (var name in cluster.Names)
            {
                cluster.StartService(name);
            }

            await cluster.ReadyAsync(TimeSpan.FromSeconds(90));
            await cluster.LoginAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another gateway beside the first; returns its name and its socket.</summary>
    public async Task<(string Name, Uri Socket)> AddGatewayAsync()
    {
        var name = await AddAsync("gateway");
        return (name, new($"ws://127.0.0.1:{_ports[name]}/ws/events"));
    }

    /// <summary>Another execution node beside the first; returns its name. The page goes on asking the first.</summary>
    public Task<string> AddExecutionAsync() => AddAsync("execution");

    /// <summary>Ends what was added, for good.</summary>
    public async Task RemoveAsync(string name)
    {
        await _processes[name].TerminateAsync();
        _more.Remove(name);
    }

    /// <summary>SIGKILL, without starting it again.</summary>
    public Task KillAsync(string name) => _processes[name].KillAsync();

    /// <summary>SIGSTOP, and SIGCONT when <paramref name="meanwhile"/> is over.</summary>
    public async Task FreezeAsync(string name, Func<Task> meanwhile)
    {
        await _processes[name].FreezeAsync();
        try
        {
            await meanwhile();
        }
        finally
        {
            await _processes[name].ThawAsync();
        }
    }

    public void Restart(string name) => StartService(name);

    /// <summary>SIGTERM, as an operator stops it; ends when the process has.</summary>
    public Task TerminateAsync(string name) => _processes[name].TerminateAsync();

    public long MemoryOf(string name) => _processes[name].ResidentBytes;

    public Task ReadyAsync(TimeSpan deadline) => Task.WhenAll(Names.Select(name => ReadyAsync(name, deadline)));

    private async Task ReadyAsync(string name, TimeSpan deadline)
    {
        try
        {
            await Wait.UntilAsync($"{name} is ready", deadline, async () =>
            {
                using var answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{_ports[name]}/readyz"));
                return answer.IsSuccessStatusCode;
            });
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} {(_processes[name].ExitCode is { } code ? $"It ended with {code}." : "It lives.")}\n{OwnProcess.Tail(Log(name))}", e);
        }
    }

    public async Task KillAndRestartAsync(string name, TimeSpan downFor)
    {
        switch (name)
        {
            case "postgres":
                await _postgres.KillAsync();
                await Task.Delay(downFor);
                await _postgres.StartAsync();
                break;
            case "rabbitmq":
                await _rabbit.KillAsync();
                await Task.Delay(downFor);
                await _rabbit.StartAsync();
                break;
            default:
                await _processes[name].KillAsync();
                await Task.Delay(downFor);
                StartService(name);
                break;
        }

        await ReadyAsync(TimeSpan.FromSeconds(60));
    }

    public async Task<(string Id, string Token)> AddGroupAsync(string name, string symbol = "BTCUSDT", bool hosted = false, string interval = "15m")
    {
        var group = await PostAsync("/api/v1/groups", new JsonObject
        {
            ["name"] = name,
            ["market"] = "crypto",
            ["symbol"] = symbol,
            ["interval"] = interval,
            ["leverage"] = 10,
            ["margin_usdt"] = 100,
            ["position_mode"] = "oneway",
            ["hosted"] = hosted,
            ["members"] = new JsonArray(
                Member("Technical analyst", "technical_analyst"),
                Member("Risk analyst", "risk_analyst"),
                Member("Leader", "group_leader")),
        });
        var id = group["id"]!.GetValue<string>();
        return (id, hosted ? "" : (await PostAsync($"/api/v1/groups/{id}/tokens", []))["token"]!.GetValue<string>());
    }

    /// <summary>Every token of the group stops working.</summary>
    public async Task RevokeAsync(string groupId)
    {
        foreach (var token in await ListAsync($"/api/v1/groups/{groupId}/tokens"))
        {
            using var answer = await Http.DeleteAsync(new Uri(Front, $"/api/v1/groups/{groupId}/tokens/{token["id"]!.GetValue<string>()}"));
            answer.EnsureSuccessStatusCode();
        }
    }

    public async Task PatchAsync(string path, JsonObject change)
    {
        using var answer = await Http.PatchAsJsonAsync(new Uri(Front, path), change);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<string> AddTriggerAsync(string name)
    {
        var trigger = await PostAsync("/api/v1/triggers", new JsonObject { ["name"] = name, ["provider_name"] = "test", ["model_name"] = "test" });
        return (await PostAsync($"/api/v1/triggers/{trigger["id"]!.GetValue<string>()}/tokens", []))["token"]!.GetValue<string>();
    }

    /// <summary>The first page of a REST list.</summary>
    public async Task<IReadOnlyList<JsonNode>> ListAsync(string path)
    {
        var page = await Http.GetFromJsonAsync<JsonObject>(new Uri(Front, path));
        return [.. page!["items"]!.AsArray().Select(i => i!)];
    }

    /// <summary>Every page of a REST list.</summary>
    public async Task<IReadOnlyList<JsonNode>> ListAllAsync(string path)
    {
        var all = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await Http.GetFromJsonAsync<JsonObject>(new Uri(Front, $"{path}?limit=1000{(cursor is null ? "" : $"&cursor={cursor}")}"));
            all.AddRange(page!["items"]!.AsArray().Select(i => i!));
            cursor = page["next"]?.ToString();
        }
        while (cursor is not null);
        return all;
    }

    public string Logs() => string.Join("\n", Names.Select(n => $"--- {n}\n{OwnProcess.Tail(Log(n))}")) + (_distributed ? $"\n--- rabbitmq\n{_rabbit.Logs()}" : "");

    public string WholeLog(string name) => File.ReadAllText(Log(name));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            await process.KillAsync();
            process.Dispose();
        }

        await _rabbit.DisposeAsync();
        await _postgres.DisposeAsync();
        Http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static JsonObject Member(string name, string role) => new()
    {
        ["name"] = name,
        ["role"] = role,
        ["provider"] = "rules",
        ["model"] = "indicators",
        ["system_prompt"] = "",
    };

    private async Task LoginAsync()
    {
        var login = await Wait.ForAsync("login", TimeSpan.FromSeconds(30), async () =>
        {
            using var answer = await Http.PostAsJsonAsync(new Uri(Front, "/api/v1/auth/login"), new { username = AdminName, password = AdminPassword });
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonObject>() : null;
        });
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login["access_token"]!.GetValue<string>());
    }

    private async Task<JsonObject> PostAsync(string path, JsonObject body)
    {
        using var answer = await Http.PostAsJsonAsync(new Uri(Front, path), body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)!.AsObject() : throw new InvalidOperationException($"{path}: {answer.StatusCode} {text}");
    }

    private void StartService(string name) =>
        _processes[name] = OwnProcess.Start("dotnet", [Assembly(name)], Log(name), Environment(name));

    private async Task<string> AddAsync(string service)
    {
        var name = $"{service}-{_more.Count + 2}";
        _ports[name] = OwnProcess.FreePort();
        _more.Add(name);
        StartService(name);
        await ReadyAsync(TimeSpan.FromSeconds(60));
        return name;
    }

    private string Log(string name) => Path.Combine(_folder, name + ".log");

    private string Assembly(string name) => Path.Combine(AppContext.BaseDirectory, name switch
    {
        "trading-group" => "TradingSystem.TradingGroup.dll",
        _ when name.StartsWith("gateway", StringComparison.Ordinal) => "TradingSystem.Gateway.dll",
        _ when name.StartsWith("execution", StringComparison.Ordinal) => "TradingSystem.Execution.dll",
        _ => $"TradingSystem.{char.ToUpperInvariant(name[0])}{name[1..]}.dll",
    });

    private Dictionary<string, string> Environment(string name)
    {
        var environment = new Dictionary<string, string>
        {
            // Who only migrates listens nowhere.
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_ports.GetValueOrDefault(name)}",
            ["CONNECTIONSTRINGS__POSTGRES"] = _postgres.ConnectionString,
            ["AUTH__JWTKEY"] = SigningKey,
            ["AUTH__ADMINUSERNAME"] = AdminName,
            ["AUTH__ADMINPASSWORD"] = AdminPassword,
            // One sign-in for a whole fixture.
            ["AUTH__TOKENLIFETIME"] = "12:00:00",
            ["MARKET"] = _market,
            // A rule's event in the middle of a test that counts frames is chance; a replay is there for its rules.
            ["TRIGGER__RULES__ENABLED"] = _market.StartsWith("replay:", StringComparison.Ordinal) ? "true" : "false",
            ["BUS__TRANSPORT"] = _distributed ? "RabbitMq" : "InMemory",
        };
        foreach (var (setting, value) in _settings)
        {
            environment[setting] = value;
        }

        if (_distributed)
        {
            environment["BUS__RABBITMQ"] = _rabbit.Address;
            foreach (var service in Services.Where(s => name == "dashboard" && s != name))
            {
                environment[$"FORWARD__{service.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant()}"] = $"http://127.0.0.1:{_ports[service]}";
            }
        }

        return environment;
    }
}
