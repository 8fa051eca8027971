using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Npgsql;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>
/// One PostgreSQL and one RabbitMQ for all fixtures, each started when the first fixture needs it. A fixture has a database and a virtual host
/// of its own, which go with it. Whoever kills a server, stops it or fills it has one of its own.
/// </summary>
internal static class SharedServers
{
    // Each product process keeps up to forty.
    private const int Connections = 1_000;

    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"shared-servers-{Environment.ProcessId}");
    private static readonly Lazy<Task<IPostgresServer>> Postgres = new(StartPostgresAsync);
    private static readonly Lazy<Task<IRabbitServer>> Rabbit = new(StartRabbitAsync);
    private static readonly Lazy<Task<string>> Product = new(MakeProductTemplateAsync);
    private static int _names;

    public static Task<IRabbitServer> RabbitAsync() => Rabbit.Value;

    /// <summary>Makes an empty database; returns how it is connected to.</summary>
    public static async Task<string> AddDatabaseAsync() => await AddDatabaseAsync(null);

    /// <summary>Makes a database as the product in one process leaves it after <c>--migrate</c>.</summary>
    public static async Task<string> AddProductDatabaseAsync() => await AddDatabaseAsync(await Product.Value);

    public static async Task RemoveDatabaseAsync(string connection) =>
        await ExecuteAsync($"drop database \"{new NpgsqlConnectionStringBuilder(connection).Database}\" with (force)");

    /// <summary>Makes a virtual host; returns its name.</summary>
    public static async Task<string> AddVirtualHostAsync()
    {
        var name = $"fixture-{Interlocked.Increment(ref _names)}";
        using var http = await ManagementAsync();
        await SendAsync(http, HttpMethod.Put, $"api/vhosts/{name}", new { });
        await SendAsync(http, HttpMethod.Put, $"api/permissions/{name}/guest", new { configure = ".*", write = ".*", read = ".*" });
        return name;
    }

    public static async Task RemoveVirtualHostAsync(string name)
    {
        using var http = await ManagementAsync();
        await SendAsync(http, HttpMethod.Delete, $"api/vhosts/{name}", null);
    }

    /// <summary>Ends what was started; nothing is started after it.</summary>
    public static async Task StopAsync()
    {
        if (Rabbit.IsValueCreated)
        {
            await (await Rabbit.Value).DisposeAsync();
        }

        if (Postgres.IsValueCreated)
        {
            await (await Postgres.Value).DisposeAsync();
        }

        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static async Task<IPostgresServer> StartPostgresAsync()
    {
        var server = TestServers.OwnPostgres(Path.Combine(Folder, "postgres"), Connections);
        await server.InitialiseAsync();
        return server;
    }

    private static async Task<IRabbitServer> StartRabbitAsync()
    {
        var server = TestServers.OwnRabbit(Path.Combine(Folder, "rabbit"), managed: true);
        await server.StartAsync();
        using var http = Management(server);
        await Wait.UntilAsync("RabbitMQ's management answers", async () =>
        {
            await SendAsync(http, HttpMethod.Get, "api/vhosts", null);
            return true;
        });
        return server;
    }

    private static async Task<string> MakeProductTemplateAsync()
    {
        var connection = await AddDatabaseAsync(null);
        var log = Path.Combine(Folder, "migrate.log");
        await OwnProcess.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "TradingSystem.Standalone.dll"), "--migrate"], log, new Dictionary<string, string>
        {
            ["CONNECTIONSTRINGS__POSTGRES"] = connection,
            ["AUTH__JWTKEY"] = TradingCluster.SigningKey,
            ["BUS__TRANSPORT"] = "InMemory",
        });
        return new NpgsqlConnectionStringBuilder(connection).Database!;
    }

    private static async Task<string> AddDatabaseAsync(string? template)
    {
        var name = $"fixture_{Interlocked.Increment(ref _names)}";
        await ExecuteAsync($"create database \"{name}\"{(template is null ? "" : $" template \"{template}\"")}");
        return new NpgsqlConnectionStringBuilder((await Postgres.Value).ConnectionString) { Database = name }.ConnectionString;
    }

    private static async Task ExecuteAsync(string sql)
    {
        // Unpooled: nothing of ours is to hold a database that others copy or drop.
        var connection = new NpgsqlConnectionStringBuilder((await Postgres.Value).ConnectionString) { Pooling = false, CommandTimeout = (int)Wait.Most.TotalSeconds };
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<HttpClient> ManagementAsync() => Management(await Rabbit.Value);

    private static HttpClient Management(IRabbitServer server)
    {
        var http = new HttpClient { BaseAddress = server.Management, Timeout = Wait.Most };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("guest:guest")));
        return http;
    }

    private static async Task SendAsync(HttpClient http, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        using var answer = await http.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
