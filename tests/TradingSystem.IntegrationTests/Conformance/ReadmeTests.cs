using System.Diagnostics;
using System.Text.RegularExpressions;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>
/// The fenced blocks of the clients' READMEs, run as they are written against the running product. One of a language that nothing here runs is a
/// failure, so that no block is left out.
/// </summary>
[TestFixture]
public sealed partial class ReadmeTests
{
    private const string Told = "readme event";

    private TestGroup _group = null!;
    private string _folder = null!;
    private CancellationTokenSource _ending = null!;
    private Task _raising = Task.CompletedTask;

    [SetUp]
    public async Task StartAsync()
    {
        _group = await AddGroupAsync("1s");
        _folder = Directory.CreateTempSubdirectory("readme-").FullName;
        await File.WriteAllTextAsync(Path.Combine(_folder, "demo.json"), DemoFile(_group).ToJsonString());
        await File.WriteAllTextAsync(Path.Combine(ClientFiles.Root, "frames.jsonl"), Bot.Decision("LONG", decisionId: "recorded").ToJsonString() + "\n");
        _ending = new();
        _raising = RaiseAgainAndAgainAsync(_ending.Token);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _raising;
        _ending.Dispose();
        Directory.Delete(_folder, recursive: true);
        File.Delete(Path.Combine(ClientFiles.Root, "frames.jsonl"));
        if (Directory.Exists(Path.Combine(ClientFiles.Root, "bot-env")))
        {
            Directory.Delete(Path.Combine(ClientFiles.Root, "bot-env"), recursive: true);
        }
    }

    [TestCase("README.md")]
    [TestCase("python/README.md")]
    [TestCase("typescript/README.md")]
    [TestCase("dotnet/README.md")]
    public async Task Every_block_does_what_it_says(string readme)
    {
        var blocks = Fence().Matches(await File.ReadAllTextAsync(Path.Combine(ClientFiles.Folder, readme))).Select(m => (Language: m.Groups[1].Value, Text: m.Groups[2].Value)).ToList();
        Assert.That(blocks, Is.Not.Empty);
        foreach (var (language, text) in blocks)
        {
            await (language switch
            {
                "sh" => ShellAsync(text),
                "console" => ConsoleAsync(text),
                "python" => ProgramAsync("bot.py", text, "holds []", Path.Combine(ClientFiles.Root, "bot-env", "bin", "python"), "bot.py"),
                "ts" => TypeScriptAsync(text),
                "xml" => File.WriteAllTextAsync(Path.Combine(_folder, "MyBot.csproj"), text.Replace("/path/to/trading", ClientFiles.Root, StringComparison.Ordinal)),
                "csharp" => CSharpAsync(text),
                _ => throw new AssertionException($"{readme} has a block of '{language}' that nothing runs:\n{text}"),
            });
        }
    }

    /// <summary>Line by line; one that does not end by itself has done what it says when it prints what the group is told.</summary>
    private async Task ShellAsync(string text)
    {
        var folder = ClientFiles.Root;
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line.StartsWith("cd ", StringComparison.Ordinal))
            {
                folder = Path.GetFullPath(Path.Combine(folder, line[3..].Split('#')[0].Trim()));
                continue;
            }

            await RunAsync(line, folder, until: printed => printed.Contains("connected", StringComparison.Ordinal) || printed.Contains(Told, StringComparison.Ordinal));
        }
    }

    /// <summary>A command behind <c>$</c>, and what it prints: each line of it begins as it is shown to.</summary>
    private async Task ConsoleAsync(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var printed = await RunAsync(lines[0][2..], ClientFiles.Root, until: null);
        foreach (var shown in lines.Skip(1))
        {
            var start = Start().Match(shown).Value;
            Assert.That(printed.Split('\n').Any(l => l.StartsWith(start, StringComparison.Ordinal)), Is.True, $"'{start}' is not in\n{printed}");
        }
    }

    private async Task TypeScriptAsync(string text)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "package.json"), """{ "type": "module" }""");
        await RunAsync($"npm install --offline --no-audit --no-fund {Path.Combine(ClientFiles.Folder, "typescript")}", _folder, until: null);
        await File.WriteAllTextAsync(Path.Combine(_folder, "bot.ts"), text);
        var modules = Path.Combine(ClientFiles.Folder, "typescript", "node_modules");
        await RunAsync($"{modules}/.bin/tsc --strict --target es2022 --module nodenext --types node --typeRoots {modules}/@types bot.ts", _folder, until: null);
        await ProgramAsync("bot.js", null, "holds []", "node", "bot.js");
    }

    private async Task CSharpAsync(string text)
    {
        Assert.That(File.Exists(Path.Combine(_folder, "MyBot.csproj")), "a project before the program");
        await File.WriteAllTextAsync(Path.Combine(_folder, "Program.cs"), text);
        await RunAsync("dotnet build -c Release -v q --nologo", _folder, until: null);
        await ProgramAsync("Program.cs", null, "holds []", "dotnet", Path.Combine("bin", "Release", "net10.0", "MyBot.dll"));
    }

    /// <summary>A bot that says what it holds, sees candles close, and buys on the event that is raised.</summary>
    private async Task ProgramAsync(string name, string? text, string first, params string[] command)
    {
        if (text is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, name), text);
        }

        await RunAsync(string.Join(' ', command.Select(c => $"'{c}'")), _folder, until: printed =>
            printed.Contains(first[..5], StringComparison.Ordinal) && printed.Contains("average", StringComparison.Ordinal) && printed.Contains("filled", StringComparison.Ordinal));
    }

    private async Task<string> RunAsync(string command, string folder, Func<string, bool>? until)
    {
        var log = Path.Combine(_folder, $"{Guid.NewGuid():n}.log");
        using var process = OwnProcess.Start("/bin/bash", ["-c", $"cd '{folder}' && {command}"], log, new Dictionary<string, string>
        {
            ["DEMO_FILE"] = Path.Combine(_folder, "demo.json"),
            ["TRADING_GROUP_TOKEN"] = _group.Token,
            ["WS_URL"] = Cluster.Socket.ToString(),
            // What is to work without the network has none; npm has what `make test` loaded.
            ["PIP_NO_INDEX"] = "1",
            ["npm_config_prefer_offline"] = "true",
            ["RSI_PERIOD"] = "3",
            ["PYTHONUNBUFFERED"] = "1",
            ["MSBUILDDISABLENODEREUSE"] = "1",
        });
        try
        {
            await Wait.UntilAsync($"`{command}`", TimeSpan.FromMinutes(3), () => Task.FromResult(process.HasExited || until?.Invoke(Printed(log)) == true));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"`{command}` neither ended nor did what it says:\n{Printed(log)}");
        }

        if (process.HasExited)
        {
            Assert.That(process.ExitCode, Is.Zero, $"`{command}`:\n{Printed(log)}");
        }

        await process.KillAsync();
        return Printed(log);
    }

    private async Task RaiseAgainAndAgainAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await RaiseAsync(_group, Told);
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static string Printed(string log) => File.Exists(log) ? File.ReadAllText(log) : "";

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    /// <summary>Up to the first two columns, or the words without figures.</summary>
    [GeneratedRegex(@"^(ok +[a-z]+( [a-z]+)?|\d+ ok)")]
    private static partial Regex Start();
}
