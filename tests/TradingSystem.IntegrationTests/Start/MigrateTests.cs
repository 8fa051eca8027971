using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Start;

/// <summary><c>--migrate</c> of a service whose servers are late, never come, or refuse.</summary>
[TestFixture]
public sealed class MigrateTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("migrate-").FullName;
    private PrivatePostgres _postgres = null!;
    private PrivateRabbit _rabbit = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        _postgres = new PrivatePostgres(Path.Combine(_folder, "postgres"));
        _rabbit = new PrivateRabbit(Path.Combine(_folder, "rabbit"));
        await Task.WhenAll(_postgres.InitialiseAsync(), _rabbit.StartAsync());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _rabbit.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task It_waits_for_a_broker_that_does_not_greet_and_goes_on_when_it_does()
    {
        // Takes connections and says nothing, as a node does while it starts.
        var mute = new TcpListener(IPAddress.Loopback, OwnProcess.FreePort());
        mute.Start();
        var port = ((IPEndPoint)mute.LocalEndpoint).Port;
        using var migrating = Migrate("late", ("BUS__RABBITMQ", $"amqp://guest:guest@127.0.0.1:{port}/"));
        await Wait.UntilAsync("it says what it waits for", () => Task.FromResult(Log("late").Contains($"waiting for RabbitMQ at 127.0.0.1:{port}", StringComparison.Ordinal)));
        Assert.That(migrating.HasExited, Is.False);
        mute.Stop();
        using var broker = new Relay(port, _rabbit.Port);
        Assert.That(await EndAsync(migrating, "late"), Is.Zero, Log("late"));
    }

    [Test]
    public async Task When_the_deadline_passes_it_ends_with_1_and_one_line_for_what_it_waited()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var port = ((IPEndPoint)mute.LocalEndpoint).Port;
        using var migrating = Migrate("never", ("BUS__RABBITMQ", $"amqp://guest:guest@127.0.0.1:{port}/"), ("MIGRATE__DEADLINE", "00:00:03"));
        Assert.That(await EndAsync(migrating, "never"), Is.EqualTo(1), Log("never"));
        Assert.That(Log("never").Trim().Split('\n')[^1], Does.StartWith($"gave up after 3 s (MIGRATE__DEADLINE) waiting for RabbitMQ at 127.0.0.1:{port}, virtual host /: "));
        Assert.That(Log("never"), Does.Not.Contain("   at ").And.Not.Contain("Unhandled"));
    }

    [Test]
    public async Task The_database_is_waited_for_in_the_same_way()
    {
        using var migrating = Migrate(
            "nobody", ("CONNECTIONSTRINGS__POSTGRES", $"Host=127.0.0.1;Port={OwnProcess.FreePort()};Username=app;Database=trading"),
            ("MIGRATE__DEADLINE", "00:00:03"));
        Assert.That(await EndAsync(migrating, "nobody"), Is.EqualTo(1), Log("nobody"));
        Assert.That(Log("nobody"), Does.Contain("waiting for PostgreSQL at 127.0.0.1:").And.Contain("gave up after 3 s").And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_broker_that_refuses_the_password_is_not_waited_for()
    {
        using var migrating = Migrate("refused", ("BUS__PASSWORD", "wrong"));
        Assert.That(await EndAsync(migrating, "refused"), Is.EqualTo(1), Log("refused"));
        Assert.That(Log("refused"), Does.Contain($"RabbitMQ at 127.0.0.1:{_rabbit.Port}, virtual host / refuses: ").And.Not.Contain("   at ").And.Not.Contain("waiting"));
    }

    [Test]
    public async Task Parts_with_characters_that_a_uri_would_escape_reach_broker_and_database()
    {
        await ControlAsync("add_user", "edge", "p@ss/:#%");
        await ControlAsync("set_permissions", "-p", "/", "edge", ".*", ".*", ".*");
        using var migrating = Migrate(
            "parts",
            ("BUS__RABBITMQ", "amqp://localhost/"), ("BUS__HOST", "127.0.0.1"), ("BUS__PORT", $"{_rabbit.Port}"), ("BUS__USER", "edge"), ("BUS__PASSWORD", "p@ss/:#%"),
            ("CONNECTIONSTRINGS__POSTGRES", ""), ("POSTGRES__HOST", "127.0.0.1"), ("POSTGRES__PORT", $"{_postgres.Port}"), ("POSTGRES__USER", "app"), ("POSTGRES__DATABASE", "trading"));
        Assert.That(await EndAsync(migrating, "parts"), Is.Zero, Log("parts"));
    }

    [Test]
    public async Task A_misspelt_setting_ends_a_service_with_one_line_that_names_the_right_one()
    {
        using var starting = Migrate("misspelt", ("GATEWAY__FRAMEPERSECOND", "10"));
        Assert.That(await EndAsync(starting, "misspelt"), Is.EqualTo(1));
        Assert.That(Log("misspelt").Trim(), Is.EqualTo("gateway does not start: GATEWAY__FRAMEPERSECOND is no setting, did you mean GATEWAY__FRAMESPERSECOND"));
    }

    private static async Task<int> EndAsync(OwnProcess process, string what)
    {
        await Wait.UntilAsync($"{what} has ended", () => Task.FromResult(process.HasExited));
        return process.ExitCode!.Value;
    }

    /// <summary>The broker's own command line tool; what the node was started with says how to reach it.</summary>
    private async Task ControlAsync(params string[] arguments)
    {
        string[] needed = ["HOME", "ERL_EPMD_PORT", "RABBITMQ_NODENAME", "RABBITMQ_CONF_ENV_FILE"];
        var environment = (await File.ReadAllTextAsync($"/proc/{_rabbit.ProcessId}/environ"))
            .Split('\0').Select(v => v.Split('=', 2)).Where(v => v.Length == 2 && needed.Contains(v[0]));
        await OwnProcess.RunAsync("/usr/lib/rabbitmq/bin/rabbitmqctl", arguments, Path.Combine(_folder, "control.log"), environment.ToDictionary(v => v[0], v => v[1]));
    }

    private string Log(string name) => File.Exists(Path.Combine(_folder, name)) ? File.ReadAllText(Path.Combine(_folder, name)) : "";

    private OwnProcess Migrate(string log, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["CONNECTIONSTRINGS__POSTGRES"] = _postgres.ConnectionString,
            ["AUTH__JWTKEY"] = "a-signing-key-for-tests-only-0123456789",
            ["BUS__TRANSPORT"] = "RabbitMq",
            ["BUS__RABBITMQ"] = _rabbit.Address,
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return OwnProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "TradingSystem.Gateway.dll"), "--migrate"], Path.Combine(_folder, log), environment);
    }

    /// <summary>The broker on another port.</summary>
    private sealed class Relay : IDisposable
    {
        private readonly TcpListener _listener;
        private readonly CancellationTokenSource _ending = new();
        private readonly int _to;

        public Relay(int port, int to)
        {
            _to = to;
            _listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = false };
            _listener.Start();
            _ = AcceptAsync();
        }

        public void Dispose()
        {
            _ending.Cancel();
            _listener.Dispose();
            _ending.Dispose();
        }

        private async Task AcceptAsync()
        {
            while (!_ending.IsCancellationRequested)
            {
                _ = PassAsync(await _listener.AcceptTcpClientAsync(_ending.Token));
            }
        }

        private async Task PassAsync(TcpClient client)
        {
            using var near = client;
            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, _to, _ending.Token);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), _ending.Token), far.GetStream().CopyToAsync(near.GetStream(), _ending.Token));
        }
    }
}
