using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>Runs a script of tests/contract-check with a job on its standard input.</summary>
internal static class ContractScript
{
    /// <summary>What it wrote, its errors behind it when it failed.</summary>
    /// <param name="package">One that it needs.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(string script, string package, JsonObject job, TimeSpan within, [CallerFilePath] string here = "")
    {
        // From whichever project this is compiled into: the folder of all tests.
        var tests = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (tests.Name != "tests")
        {
            tests = tests.Parent!;
        }

        var folder = Path.Combine(tests.FullName, "contract-check");
        Assert.That(Directory.Exists(Path.Combine(folder, "node_modules", package)), Is.True, "first: npm ci --prefix tests/contract-check");
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
}
