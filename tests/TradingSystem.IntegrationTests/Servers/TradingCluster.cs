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
    private readonly ITestDatabase _database;
    private readonly ITestBroker? _broker;
    private readonly string _market;
    private readonly Dictionary<string, OwnProcess> _processes = [];
    private readonly Dictionary<string, int> _ports = [];
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly List<string> _more = [];

    private TradingCluster(bool distributed, string market, IReadOnlyDictionary<string, string> settings, bool migrated, bool ownServers)
    {
        _settings = settings;
        _distributed = distributed;
        _market = market;
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        _database = ownServers ? TestServers.OwnPostgres(Path.Combine(_folder, "postgres")) : new FixtureDatabase(migrated);
        _broker = !distributed ? null : ownServers ? TestServers.OwnRabbit(Path.Combine(_folder, "rabbit")) : new FixtureBroker();
        foreach (var service in Names)
        {
            _ports[service] = OwnProcess.FreePort();
        }
    }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public string ConnectionString => _database.ConnectionString;

    /// <summary>amqp:// of the broker, where there is one.</summary>
    public string Broker => _broker!.Address;

    public static string AdminName => "admin";

    public static string Password => AdminPassword;

    /// <summary>What people's tokens are signed with.</summary>
    public static string SigningKey => "a-signing-key-for-tests-only-0123456789";

    /// <summary>Everything that can be killed.</summary>
    public IReadOnlyList<string> Killable =>
        [.. _distributed ? Services : ["standalone"], .. _broker is IRabbitServer ? ["rabbitmq"] : (string[])[], .. _database is IPostgresServer ? ["postgres"] : (string[])[]];

    public Uri Front => new($"http://127.0.0.1:{_ports[_distributed ? "dashboard" : "standalone"]}");

    public Uri Socket => new($"ws://127.0.0.1:{_ports[_distributed ? "gateway" : "standalone"]}/ws/events");

    /// <summary>A process itself, past the front.</summary>
    public Uri AddressOf(string name) => new($"http://127.0.0.1:{_ports[name]}");

    /// <summary>The process that serves <see cref="Socket"/>.</summary>
    public string Gateway => _distributed ? "gateway" : "standalone";

    private string[] Names => _distributed ? [.. Services, .. _more] : ["standalone"];

    /// <param name="settings">Environment variables of every process.</param>
    /// <param name="serviceByService">Each service prepares its own part of database and broker, as it is deployed; one process does it sooner.</param>
    /// <param name="ownServers">Database and broker that nobody shares, so that they can be killed.</param>
    public static async Task<TradingCluster> StartAsync(
        bool distributed, string market = "simulated", IReadOnlyDictionary<string, string>? settings = null, bool serviceByService = false, bool ownServers = false)
    {
        // One process on the in-memory bus prepares nothing but its database, and always the same.
        var migrated = !distributed && !serviceByService && !ownServers;
        var cluster = new TradingCluster(distributed, market, settings ?? new Dictionary<string, string>(), migrated, ownServers);
        try
        {
            await Task.WhenAll(cluster._database.InitialiseAsync(), cluster._broker?.StartAsync() ?? Task.CompletedTask);
            foreach (var name in migrated ? [] : serviceByService ? cluster.Names : ["standalone"])
            {
                await OwnProcess.RunAsync("dotnet", [cluster.Assembly(name), "--migrate"], cluster.Log(name), cluster.Environment(name));
            }

            foreach (var name in cluster.Names)
            {
                cluster.StartService(name);
            }

            await cluster.ReadyAsync();
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

    /// <summary>Another trigger node beside the first; returns its name. The front goes on asking the first.</summary>
    public Task<string> AddTriggerNodeAsync() => AddAsync("trigger");

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

    public Task ReadyAsync() => Task.WhenAll(Names.Select(ReadyAsync));

    private async Task ReadyAsync(string name)
    {
        try
        {
            await Wait.UntilAsync($"{name} is ready", async () =>
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

    public Task KillAndRestartAsync(string name, TimeSpan downFor) => WithoutAsync(name, () => Task.Delay(downFor));

    /// <summary>SIGKILL, and a new process when <paramref name="meanwhile"/> is over; ends when all are ready.</summary>
    public async Task WithoutAsync(string name, Func<Task> meanwhile)
    {
        Func<Task> kill = name switch { "postgres" => Postgres().KillAsync, "rabbitmq" => Rabbit().KillAsync, _ => _processes[name].KillAsync };
        Func<Task> start = name switch { "postgres" => Postgres().StartAsync, "rabbitmq" => Rabbit().StartAsync, _ => () => Started(name) };
        await kill();
        try
        {
            await meanwhile();
        }
        finally
        {
            await start();
        }

        await ReadyAsync();

        IPostgresServer Postgres() => _database as IPostgresServer ?? throw new InvalidOperationException("A server that others share is not killed: ownServers.");

        IRabbitServer Rabbit() => _broker as IRabbitServer ?? throw new InvalidOperationException("A broker that others share is not killed: ownServers.");

        Task Started(string service)
        {
            StartService(service);
            return Task.CompletedTask;
        }
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

    public string Logs() => string.Join("\n", Names.Select(n => $"--- {n}\n{OwnProcess.Tail(Log(n))}")) + (_broker is null ? "" : $"\n--- rabbitmq\n{_broker.Logs()}");

    public string WholeLog(string name) => File.ReadAllText(Log(name));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            await process.KillAsync();
            process.Dispose();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        await _database.DisposeAsync();
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
        var login = await Wait.ForAsync("login", async () =>
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
        await ReadyAsync();
        return name;
    }

    private string Log(string name) => Path.Combine(_folder, name + ".log");

    private string Assembly(string name) => Path.Combine(AppContext.BaseDirectory, name switch
    {
        "trading-group" => "TradingSystem.TradingGroup.dll",
        _ when name.StartsWith("gateway", StringComparison.Ordinal) => "TradingSystem.Gateway.dll",
        _ when name.StartsWith("execution", StringComparison.Ordinal) => "TradingSystem.Execution.dll",
        _ when name.StartsWith("trigger", StringComparison.Ordinal) => "TradingSystem.Trigger.dll",
        _ => $"TradingSystem.{char.ToUpperInvariant(name[0])}{name[1..]}.dll",
    });

    private Dictionary<string, string> Environment(string name)
    {
        var environment = new Dictionary<string, string>
        {
            // Who only migrates listens nowhere.
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_ports.GetValueOrDefault(name)}",
            ["CONNECTIONSTRINGS__POSTGRES"] = _database.ConnectionString,
            ["AUTH__JWTKEY"] = SigningKey,
            ["AUTH__ADMINUSERNAME"] = AdminName,
            ["AUTH__ADMINPASSWORD"] = AdminPassword,
            // One sign-in for a whole fixture.
            ["AUTH__TOKENLIFETIME"] = "12:00:00",
            ["MARKET"] = _market,
            // A rule's event in the middle of a test that counts frames is chance; a replay is there for its rules.
            ["TRIGGER__RULES__ENABLED"] = _market.StartsWith("replay:", StringComparison.Ordinal) ? "true" : "false",
            ["BUS__TRANSPORT"] = _distributed ? "RabbitMq" : "InMemory",
            // A start on a busy machine takes longer than an old decision or an old price is taken; that these are refused is for tests that say so.
            ["EXECUTION__MAXDECISIONAGE"] = "00:03:00",
            ["EXECUTION__PRICEWAIT"] = "00:01:00",
        };
        foreach (var (setting, value) in _settings)
        {
            environment[setting] = value;
        }

        if (_distributed)
        {
            environment["BUS__RABBITMQ"] = Broker;
            foreach (var service in Services.Where(s => name == "dashboard" && s != name))
            {
                environment[$"FORWARD__{service.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant()}"] = $"http://127.0.0.1:{_ports[service]}";
            }
        }

        return environment;
    }
}
