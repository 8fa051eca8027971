using System.Diagnostics;
using System.Text.Json.Nodes;
using NUnit.Framework;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

internal sealed record Ended(int Code, string Output, string Error)
{
    /// <summary>The frames that were printed.</summary>
    public List<JsonObject> Frames => CommandLine.Lines(Output);

    public override string ToString() => $"code {Code}\n{Output}\n{Error}";
}

/// <summary><c>tradingsystem bot …</c> as a user starts it.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>As the holder of a token, at the cluster of these tests.</summary>
    public static Task<Ended> RunAsync(string token, params string[] arguments) =>
        RunAsync(new Dictionary<string, string> { ["TRADING_GROUP_TOKEN"] = token, ["WS_URL"] = Cluster.Socket.ToString() }, arguments);

    public static Task<Ended> AtAsync(ScriptedGateway gateway, params string[] arguments) =>
        RunAsync(new Dictionary<string, string> { ["TRADING_GROUP_TOKEN"] = "token", ["WS_URL"] = gateway.Socket.ToString() }, arguments);

    public static Task<Ended> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        ProgramAsync("dotnet", [ClientFiles.CommandLine, "bot", .. arguments], environment);

    /// <param name="meanwhile">What is done when it has printed its first line.</param>
    public static async Task<Ended> ProgramAsync(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null,
        Func<Process, Task>? meanwhile = null)
    {
        // Ctrl-C is for programs that hear it: what a shell starts in the background, as this run may be, inherits that it is ignored.
        var command = meanwhile is null ? (File: file, Arguments: arguments) : ("env", ["--default-signal=INT", file, .. arguments]);
        var start = new ProcessStartInfo(command.File, command.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.WorkingDirectory = folder ?? TestContext.CurrentContext.WorkDirectory;
        start.Environment["DEMO_FILE"] = "/nonexistent";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Wait.Most);
        try
        {
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            var first = meanwhile is null ? "" : $"{await process.StandardOutput.ReadLineAsync(deadline.Token)}\n";
            await (meanwhile?.Invoke(process) ?? Task.CompletedTask);
            var output = first + await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new(process.ExitCode, output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Ctrl-C: SIGINT for a process, or with a minus for its group.</summary>
    public static async Task InterruptAsync(string pid)
    {
        using var kill = Process.Start("kill", ["-INT", "--", pid]);
        await kill.WaitForExitAsync();
    }

    public static List<JsonObject> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())];

    /// <summary>A demo.json as <c>make run</c> writes it.</summary>
    public static string DemoFile(string folder, IEnumerable<(string Name, string Token)> groups, IEnumerable<(string Name, string Token)>? triggers = null)
    {
        var file = Path.Combine(folder, "demo.json");
        JsonArray Entries(IEnumerable<(string Name, string Token)> items) =>
            [.. items.Select(i => new JsonObject { ["name"] = i.Name, ["symbol"] = "BTCUSDT", ["interval"] = "15m", ["token"] = i.Token })];
        File.WriteAllText(file, new JsonObject { ["ws_url"] = Cluster.Socket.ToString(), ["groups"] = Entries(groups), ["triggers"] = Entries(triggers ?? []) }.ToJsonString());
        return file;
    }
}
