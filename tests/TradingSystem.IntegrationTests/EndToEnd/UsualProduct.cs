using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>
/// The product with its usual settings, once as one process and once as six, for the fixtures here that only add groups of their own to it.
/// Each is started by the first that asks.
/// </summary>
[SetUpFixture]
public sealed class UsualProduct
{
    private static readonly Lazy<Task<TradingCluster>> One = new(() => TradingCluster.StartAsync(distributed: false));
    private static readonly Lazy<Task<TradingCluster>> Six = new(() => TradingCluster.StartAsync(distributed: true));

    /// <summary>Not to be killed, stopped or disposed of.</summary>
    public static Task<TradingCluster> AskAsync(bool distributed) => (distributed ? Six : One).Value;

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var started in new[] { One, Six }.Where(c => c.IsValueCreated && c.Value.IsCompletedSuccessfully))
        {
            await using var cluster = await started.Value;
            if (TestContext.CurrentContext.Result.FailCount > 0)
            {
                TestContext.Progress.WriteLine(cluster.Logs());
            }
        }
    }
}
