using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace TradingSystem.TestSupport.Wire;

/// <summary>Runs a script of tests/contract-check with a job on its standard input.</summary>
public static class ContractScript
{
    /// <summary>What it wrote, its errors behind it when it failed.</summary>
    /// <param name="package">One that it needs.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(string script, string package, JsonObject job, TimeSpan within)
    {
        var folder = Path.Combine(Folder(), "contract-check");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", package)))
        {
            throw new DirectoryNotFoundException($"{package} is missing: npm ci --prefix tests/contract-check");
        }

        using var node = Process.Start(new ProcessStartInfo("node", script)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(job.ToJsonString());
        node.StandardInput.Close();
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await node.WaitForExitAsync(deadline.Token);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
        }

        return (node.ExitCode, node.ExitCode == 0 ? await output : await output + await errors);
    }

    /// <summary>The folder of all tests.</summary>
    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
