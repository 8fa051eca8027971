using System.Text;
using TradingSystem.TestSupport.Servers;

namespace TradingSystem.Benchmarks.Load.Peers;

/// <summary>Names of a private node's queues of one type, from its own command line tool.</summary>
internal static class BrokerQueues
{
    private static readonly string[] Needed = ["HOME", "ERL_EPMD_PORT", "RABBITMQ_NODENAME", "RABBITMQ_CONF_ENV_FILE"];

    public static async Task<IReadOnlyList<string>> OfTypeAsync(PrivateRabbit rabbit, string folder, string type)
    {
        var output = Path.Combine(folder, $"{type}.txt");
        await OwnProcess.RunAsync(
            "/usr/lib/rabbitmq/bin/rabbitmqctl", ["--quiet", "list_queues", "--no-table-headers", "name", "type"], output,
            await EnvironmentAsync(rabbit.ProcessId));
        return [.. (await File.ReadAllLinesAsync(output)).Select(l => l.Split('\t')).Where(f => f.Length == 2 && f[1] == type).Select(f => f[0])];
    }

    /// <summary>What the node was started with says how to reach it.</summary>
    private static async Task<Dictionary<string, string>> EnvironmentAsync(int pid)
    {
        var text = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{pid}/environ"));
        return text.Split('\0').Select(v => v.Split('=', 2)).Where(v => v.Length == 2 && Needed.Contains(v[0])).ToDictionary(v => v[0], v => v[1]);
    }
}
