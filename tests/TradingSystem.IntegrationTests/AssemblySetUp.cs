using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests;

/// <summary>Around all fixtures: what they share is started by the first that needs it and ends here.</summary>
[SetUpFixture]
public sealed class AssemblySetUp
{
    [OneTimeTearDown]
    public Task StopAsync() => SharedServers.StopAsync();
}
