using Npgsql;

namespace TradingSystem.TestSupport.Servers;

/// <summary>
/// A PostgreSQL of the operating system in a folder of its own. fsync is off unless <paramref name="durable"/>: a killed process
/// keeps its page cache, but what is measured must pay for its commits.
/// </summary>
/// <param name="folder">What it keeps its files in.</param>
/// <param name="durable">Each commit reaches the disk.</param>
/// <param name="connections">How many it takes at a time.</param>
public sealed class PrivatePostgres(string folder, bool durable = false, int connections = 300) : IPostgresServer
{
    private OwnProcess? _process;

    public int Port { get; } = OwnProcess.FreePort();

    public int ProcessId => _process!.Id;

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=app;Database=trading";

    private static string Binaries => Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin";

    private string Data => Path.Combine(folder, "data");

    private string Log => Path.Combine(folder, "postgres.log");

    public async Task InitialiseAsync()
    {
        Directory.CreateDirectory(folder);
        if (OwnProcess.IsRoot)
        {
            await OwnProcess.RunAsync("chown", ["postgres", folder], Path.Combine(Path.GetTempPath(), "chown.log"));
        }

        await RunAsUserAsync("initdb", "-D", Data, "-U", "app", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync");
        await StartAsync();
        await using var source = NpgsqlDataSource.Create(ConnectionString.Replace("Database=trading", "Database=postgres", StringComparison.Ordinal));
        await using var command = source.CreateCommand("create database trading");
        await command.ExecuteNonQueryAsync();
    }

    public async Task StartAsync()
    {
        var (file, arguments) = AsUser(
            "postgres", "-D", Data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder}", "-c",
            $"fsync={(durable ? "on" : "off")}", "-c", $"max_connections={connections}");
        _process = OwnProcess.Start(file, arguments, Log);
        await Wait.UntilAsync("PostgreSQL answers", async () =>
        {
            await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username=app;Database=postgres;Timeout=2;Pooling=false");
            await connection.OpenAsync();
            return true;
        });
    }

    public async Task KillAsync()
    {
        await _process!.KillAsync();
        // SIGKILL to the postmaster leaves backends that end by themselves; a new one refuses to start before.
        await Wait.UntilAsync("the old backends are gone", () => Task.FromResult(!ShareDataFolder()));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            _process.Dispose();
        }
    }

    private static (string File, string[] Arguments) AsUser(string program, params string[] arguments)
    {
        var path = Path.Combine(Binaries, program);
        return OwnProcess.IsRoot
            ? ("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--", path, .. arguments])
            : (path, arguments);
    }

    private async Task RunAsUserAsync(string program, params string[] arguments)
    {
        var (file, all) = AsUser(program, arguments);
        await OwnProcess.RunAsync(file, all, Log);
    }

    private bool ShareDataFolder() =>
        Directory.GetDirectories("/proc").Any(p =>
        {
            try
            {
                return int.TryParse(Path.GetFileName(p), out _) && Directory.ResolveLinkTarget(Path.Combine(p, "cwd"), false)?.FullName == Data;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });
}
