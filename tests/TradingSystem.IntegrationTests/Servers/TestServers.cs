using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>
/// Where fixtures take their servers from: the operating system, or with <c>TEST_SERVERS=containers</c> a Docker engine with the images of
/// docker-compose.yml.
/// </summary>
public static partial class TestServers
{
    private static readonly bool UseContainers = Environment.GetEnvironmentVariable("TEST_SERVERS") switch
    {
        null or "" or "system" => false,
        "containers" => true,
        var other => throw new InvalidOperationException($"TEST_SERVERS is system or containers, not '{other}'."),
    };

    /// <summary>A server for a fixture that kills it, stops it or fills it; everybody else has a <see cref="FixtureDatabase"/>.</summary>
    /// <param name="folder">What a server of the operating system keeps its files in; the fixture removes it.</param>
    public static IPostgresServer OwnPostgres(string folder, int connections = 300)
    {
        Directory.CreateDirectory(folder);
        return UseContainers ? new ContainerPostgres(Image("postgres"), connections) : new PrivatePostgres(folder, connections: connections);
    }

    /// <summary>A node for a fixture that kills it, stops it or fills it; everybody else has a <see cref="FixtureBroker"/>.</summary>
    /// <param name="folder">As of <see cref="OwnPostgres"/>.</param>
    /// <param name="managed">With the management plugin.</param>
    public static IRabbitServer OwnRabbit(string folder, bool managed = false)
    {
        Directory.CreateDirectory(folder);
        return UseContainers ? new ContainerRabbit(Image("rabbitmq")) : new PrivateRabbit(folder, managed);
    }

    /// <summary>What is tested is what is deployed.</summary>
    private static string Image(string name, [CallerFilePath] string source = "")
    {
        var compose = File.ReadAllText(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "docker-compose.yml"));
        return ImageLine().Matches(compose).Select(m => m.Groups[1].Value).Single(image => image.StartsWith(name + ":", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\s+image: (\S+)", RegexOptions.Multiline)]
    private static partial Regex ImageLine();
}
