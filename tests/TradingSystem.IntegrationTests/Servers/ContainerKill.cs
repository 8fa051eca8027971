using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>SIGKILL to a container, which the container library itself only stops gently.</summary>
internal static class ContainerKill
{
    public static async Task KillAsync(IContainer container)
    {
        using var docker = TestcontainersSettings.OS.DockerEndpointAuthConfig.GetDockerClientBuilder().Build();
        await docker.Containers.KillContainerAsync(container.Id, new ContainerKillParameters { Signal = "SIGKILL" });
        await docker.Containers.WaitContainerAsync(container.Id);
    }
}
