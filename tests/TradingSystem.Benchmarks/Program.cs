using System.Runtime.Versioning;
using BenchmarkDotNet.Running;
using TradingSystem.Benchmarks.Hooks;
using TradingSystem.Benchmarks.Load;
using TradingSystem.Benchmarks.Load.Baselines;
using TradingSystem.Benchmarks.Micro;

[assembly: SupportedOSPlatform("linux")]

namespace TradingSystem.Benchmarks;

internal static class Entry
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["load", .. var rest]:
                return await LoadCommand.RunAsync(rest);
            case [BaselineHost.Argument, .. var rest]:
                return await BaselineHost.RunAsync(rest);
            case [DecisionLatency.Argument]:
                return DecisionLatency.Run();
            case [HookLatency.Argument]:
                return await HookLatency.RunAsync();
            default:
                BenchmarkSwitcher.FromAssembly(typeof(Entry).Assembly).Run(args);
                return 0;
        }
    }
}
