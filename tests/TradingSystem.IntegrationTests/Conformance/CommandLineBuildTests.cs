using NUnit.Framework;
using static TradingSystem.IntegrationTests.Conformance.CommandLine;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary><c>make bot</c> in a copy of the sources where nothing was built yet.</summary>
[TestFixture]
public sealed class CommandLineBuildTests
{
    private const string Building = "building the command line …\n";

    private static readonly string[] Copied =
    [
        "contracts/clients/cli", "contracts/clients/dotnet", "deploy/local/bot.sh", "Makefile", "Directory.Build.props", "Directory.Packages.props",
        "BannedSymbols.txt", "global.json", ".editorconfig",
    ];

    private readonly string _copy = Directory.CreateTempSubdirectory("command-line-").FullName;

    private static string Repository => Path.GetFullPath(Path.Combine(ClientFiles.Folder, "..", ".."));

    [OneTimeSetUp]
    public async Task CopyAsync()
    {
        var copied = await ProgramAsync(
            "bash",
            ["-c", "cd \"$0\" && target=$1 && shift && tar --exclude=bin --exclude=obj -cf - \"$@\" | tar -C \"$target\" -xf -", Repository, _copy, .. Copied]);
        Assert.That(copied.Code, Is.Zero, $"{copied}");
    }

    [OneTimeTearDown]
    public void Clean() => Directory.Delete(_copy, recursive: true);

    [Test]
    public async Task It_is_built_once_for_two_terminals_and_again_when_its_sources_change()
    {
        var builds = Path.Combine(_copy, "contracts/clients/cli/bin");
        if (Directory.Exists(builds))
        {
            Directory.Delete(builds, recursive: true);
        }

        var both = await Task.WhenAll(HelpAsync(), HelpAsync());
        Assert.That(both.Select(e => e.Code), Is.All.Zero, $"{both[0]}{both[1]}");
        Assert.That(both[0].Error + both[1].Error, Is.EqualTo(Building), "one of the two builds");
        var built = await HelpAsync();
        Assert.That((built.Code, built.Error), Is.EqualTo((0, "")));
        Assert.That(built.Output, Does.Contain("doctor"));

        await File.AppendAllTextAsync(Path.Combine(_copy, "contracts/clients/cli/Program.cs"), "// changed\n");
        var changed = await HelpAsync();
        Assert.That((changed.Code, changed.Error), Is.EqualTo((0, Building)));
    }

    [Test]
    public async Task Ctrl_C_is_no_error_of_make()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            await line.StayAsync();
        });
        var environment = new Dictionary<string, string> { ["TRADING_GROUP_TOKEN"] = "token", ["WS_URL"] = gateway.Socket.ToString() };
        // A session of its own has the whole group of a terminal: make, its shell and the program get the signal.
        var ended = await ProgramAsync(
            "setsid", ["--wait", "make", "bot", "ARGS=listen"], environment, _copy,
            async terminal => await InterruptAsync($"-{await GroupAsync(terminal.Id)}"));
        Assert.That(ended.Output + ended.Error, Does.Contain("connected").And.Not.Contain("Error").And.Not.Contain("***"));
    }

    private Task<Ended> HelpAsync() => ProgramAsync("make", ["bot", "ARGS=--help"], folder: _copy);

    /// <summary>setsid starts the session in a child where it leads a group already.</summary>
    private static async Task<string> GroupAsync(int pid)
    {
        var found = await ProgramAsync("ps", ["-o", "pgid=", "--ppid", $"{pid}"]);
        return found.Output.Trim().Length > 0 ? found.Output.Trim() : $"{pid}";
    }
}
