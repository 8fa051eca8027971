using NUnit.Framework;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>What make run and make up-local do with their log files.</summary>
[TestFixture]
public sealed class LogRotationTests
{
    private const int Limit = 64 * 1024;

    [Test]
    public async Task A_log_that_is_written_to_without_end_stays_bounded_in_size_and_number()
    {
        var folder = Directory.CreateTempSubdirectory("logs-").FullName;
        try
        {
            var log = Path.Combine(folder, "service.log");
            var keeper = Path.Combine(Root(), "deploy/local/lib/logs.mjs");
            using var writer = OwnProcess.Start("sh", ["-c", "i=0; while :; do i=$((i+1)); echo \"line $i of a service that goes on writing\"; done"], log);
            // It goes on for as long as a process of the system lives.
            var started = (await File.ReadAllTextAsync($"/proc/{writer.Id}/stat")).Split(") ").Last().Split(' ')[19];
            await File.WriteAllTextAsync(Path.Combine(folder, "service.json"), $$"""{"pid":{{writer.Id}},"mark":"sh","start":"{{started}}"}""");
            using var rotating = OwnProcess.Start("node", [keeper, folder, folder, $"{Limit}", "20"], Path.Combine(folder, "keeper.out"));
            await Wait.UntilAsync("the oldest is put away twice", () => Task.FromResult(File.Exists(log + ".3")));
            var oldest = await File.ReadAllTextAsync(log + ".3");
            await Wait.UntilAsync("the oldest gives way to the next", async () => await File.ReadAllTextAsync(log + ".3") != oldest);
            await writer.KillAsync();
            Assert.That(
                Directory.GetFiles(folder, "service.log*").Select(Path.GetFileName),
                Is.SubsetOf(new[] { "service.log", "service.log.1", "service.log.2", "service.log.3" }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "TradingSystem.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("TradingSystem.sln is in no folder above");
        }

        return directory.FullName;
    }
}
