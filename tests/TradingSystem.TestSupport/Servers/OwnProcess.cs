using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TradingSystem.TestSupport.Servers;

/// <summary>A child process that the test owns: its output goes to a file, it is killed by its own pid.</summary>
public sealed class OwnProcess : IDisposable
{
    private const int FirstPort = 20_000;
    private const int Ports = 12_000;

    // Runs beside each other begin elsewhere.
    private static int _ports = Environment.ProcessId * 397;

    private readonly Process _process;

    private OwnProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Null while it lives; 128 and the signal's number for one that was killed.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    public static bool IsRoot { get; } = Environment.UserName == "root";

    public static OwnProcess Start(string file, IEnumerable<string> arguments, string logFile, IReadOnlyDictionary<string, string>? environment = null)
    {
        // The shell only redirects, then becomes the program, so that the pid is the program's.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in new[] { "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", logFile, file }.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new OwnProcess(Process.Start(start)!);
    }

    public static async Task RunAsync(string file, IEnumerable<string> arguments, string logFile, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        using var process = Start(file, arguments, logFile, environment);
        try
        {
            await process._process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} did not end in time: {Tail(logFile)}");
        }

        if (process._process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} ended with {process._process.ExitCode}: {Tail(logFile)}");
        }
    }

    public static string Tail(string logFile) =>
        File.Exists(logFile) ? string.Join('\n', File.ReadLines(logFile).TakeLast(60)) : "(no output)";

    /// <summary>
    /// Below the ports that the system gives to outgoing connections: one of those could have it before its server does. Each is handed out
    /// once in a run.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, FirstPort + (int)((uint)Interlocked.Increment(ref _ports) % Ports));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; ends when the process has.</summary>
    public async Task TerminateAsync()
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(deadline.Token);
    }

    /// <summary>SIGSTOP: it lives, and does nothing.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
