using System.Globalization;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Hosting;

namespace TradingSystem.Execution;

/// <summary><c>--rewrap-keys</c>: with the service's own settings, without starting it.</summary>
public static class RewrapCommand
{
    public const string Switch = "--rewrap-keys";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    /// <summary>The exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (await ServiceApp.TryBuildAsync("execution", [.. args.Where(a => a != Switch)], topologyOnly: true, new ExecutionModule()) is not { } built)
        {
            return 1;
        }

        await using var app = built;
        if (app.Services.GetRequiredService<KeyRing>().IsEmpty)
        {
            await Console.Error.WriteLineAsync($"There is no key; set {KeyRing.KeysSetting} or {KeyRing.FileSetting}.");
            return 1;
        }

        using var deadline = new CancellationTokenSource(Deadline, app.Services.GetRequiredService<TimeProvider>());
        var (done, failures) = await app.Services.GetRequiredService<KeyRewrap>().RunAsync("operator", deadline.Token);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{done} accounts rewrapped with key version {app.Services.GetRequiredService<KeyRing>().Newest}, {failures.Count} not."));
        foreach (var failure in failures)
        {
            await Console.Error.WriteLineAsync(failure);
        }

        return failures.Count == 0 ? 0 : 1;
    }
}
