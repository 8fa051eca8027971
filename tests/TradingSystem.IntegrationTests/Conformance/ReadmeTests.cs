using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
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
        var demo = DemoFile(_group);
        demo["triggers"]!.AsArray().Add(new JsonObject { ["name"] = "readme", ["token"] = await Cluster.AddTriggerAsync($"readme_{_group.Name}") });
        await File.WriteAllTextAsync(Path.Combine(_folder, "demo.json"), demo.ToJsonString());
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
        var blocks = Fence()
            .Matches(await File.ReadAllTextAsync(Path.Combine(ClientFiles.Folder, readme)))
            .Select(m => (Language: m.Groups[1].Value, Text: m.Groups[2].Value)).ToList();
        Assert.That(blocks, Is.Not.Empty);
        foreach (var (language, text) in blocks)
        {
            await (language switch
            {
                "sh" => ShellAsync(text),
                "console" => ConsoleAsync(text),
                "python" => ProgramAsync("bot.py", text, Path.Combine(ClientFiles.Root, "bot-env", "bin", "python"), "bot.py"),
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

            var file = Redirected().Match(line) is { Success: true } into ? Path.Combine(folder, into.Groups[1].Value) : null;
            await RunAsync(
                line, folder, until: printed => DoesWhatItSays(printed) || (file is not null && DoesWhatItSays(Printed(file))),
                environment: new() { ["DEMO_FILE"] = Path.Combine(_folder, "demo.json") });
        }
    }

    private static bool DoesWhatItSays(string printed) => printed.Contains("connected", StringComparison.Ordinal) || printed.Contains(Told, StringComparison.Ordinal);

    /// <summary>A command behind <c>$</c>, and what it prints: each line of it begins as it is shown to.</summary>
    private async Task ConsoleAsync(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var printed = await RunAsync(lines[0][2..], ClientFiles.Root, until: null, environment: new() { ["DEMO_FILE"] = Path.Combine(_folder, "demo.json") });
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
        await ProgramAsync("bot.js", null, "node", "bot.js");
    }

    private async Task CSharpAsync(string text)
    {
        Assert.That(File.Exists(Path.Combine(_folder, "MyBot.csproj")), "a project before the program");
        await File.WriteAllTextAsync(Path.Combine(_folder, "Program.cs"), text);
        await RunAsync("dotnet build -c Release -v q --nologo", _folder, until: null);
        await ProgramAsync("Program.cs", null, "dotnet", Path.Combine("bin", "Release", "net10.0", "MyBot.dll"));
    }

    /// <summary>A bot that says what it holds, sees candles close, and buys on the event that is raised.</summary>
    private async Task ProgramAsync(string name, string? text, params string[] command)
    {
        if (text is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, name), text);
        }

        await RunAsync(string.Join(' ', command.Select(c => $"'{c}'")), _folder, until: printed =>
            printed.Contains("holds", StringComparison.Ordinal) && printed.Contains("average", StringComparison.Ordinal) && printed.Contains("filled", StringComparison.Ordinal),
            environment: new() { ["TRADING_GROUP_TOKEN"] = _group.Token, ["WS_URL"] = Cluster.Socket.Authority });
    }

    private async Task<string> RunAsync(string command, string folder, Func<string, bool>? until, Dictionary<string, string>? environment = null)
    {
        var log = Path.Combine(_folder, $"{Guid.NewGuid():n}.log");
        using var process = OwnProcess.Start("/bin/bash", ["-c", $"cd '{folder}' && {command}"], log, new Dictionary<string, string>(environment ?? [])
        {
            // What is to work without the network has none; npm has what `make test` loaded.
            ["PIP_NO_INDEX"] = "1",
            ["npm_config_prefer_offline"] = "true",
            ["RSI_PERIOD"] = "3",
            ["PYTHONUNBUFFERED"] = "1",
            ["MSBUILDDISABLENODEREUSE"] = "1",
        });
        try
        {
            await Wait.UntilAsync($"`{command}`", () => Task.FromResult(process.HasExited || until?.Invoke(Printed(log)) == true));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"`{command}` neither ended nor did what it says:\n{Printed(log)}");
        }

        // Prices of an example are not those of the simulated market: a refusal of the product's own, by its code, is an answer to a command that was right.
        if (process.HasExited && !RefusedByRule().IsMatch(Printed(log)))
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

    [GeneratedRegex(@"> (\S+)")]
    private static partial Regex Redirected();

    [GeneratedRegex(@"error: .*\b(STOP_LOSS_WRONG_SIDE|TAKE_PROFIT_WRONG_SIDE|NOTHING_TO_CANCEL|PROTECTION_WITHOUT_POSITION)\b")]
    private static partial Regex RefusedByRule();

    /// <summary>Up to the first two columns, or the words without figures.</summary>
    [GeneratedRegex(@"^(ok +[a-z]+( [a-z]+)?|\d+ ok)")]
    private static partial Regex Start();
}
