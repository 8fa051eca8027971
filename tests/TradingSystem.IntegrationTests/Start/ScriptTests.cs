using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Start;

/// <summary>What the scripts of make run and make bench write, and the folder they keep secrets in.</summary>
[TestFixture]
public sealed class ScriptTests
{
    private const string Announce = "m.announce({url:'http://here',ws_url:'ws://here',admin:{username:'admin',password:'the-password'},groups:[{name:'g',token:'the-token'}],triggers:[]},'FILE')";

    private readonly string _folder = Directory.CreateTempSubdirectory("scripts-").FullName;

    private static string Scripts => Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "deploy", "local"));

    [OneTimeTearDown]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Secrets_are_written_to_a_terminal_only()
    {
        var terminal = await RunAsync("terminal", "script", "-qec", $"node -e \"{Module("ready", Announce)}\"", "/dev/null");
        var pipe = await RunAsync("pipe", "node", "-e", Module("ready", Announce));
        Assert.Multiple(() =>
        {
            Assert.That(terminal, Does.Contain("the-password").And.Contain("the-token"));
            Assert.That(pipe, Does.Not.Contain("the-password").And.Not.Contain("the-token").And.Contain("http://here").And.Contain("FILE"));
        });
    }

    [Test]
    public async Task A_data_folder_that_is_there_already_becomes_ours_alone()
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        File.SetUnixFileMode(data, (UnixFileMode)0b111_101_101);
        await RunAsync("data.log", "node", "-e", Module("prepare", $"m.secrets('{data}')"));
        Assert.That(File.GetUnixFileMode(data), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public async Task A_folder_that_is_everybodys_is_not_taken_from_them()
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, "shared")).FullName;
        File.SetUnixFileMode(data, (UnixFileMode)0b001_111_111_111);
        var said = await RunAsync("shared.log", "node", "-e", Module("prepare", $"m.secrets('{data}')") + ".catch(e => console.log(e.message))");
        Assert.Multiple(() =>
        {
            Assert.That(said, Does.Contain("DATA_DIR must be a folder of its own"));
            Assert.That((int)File.GetUnixFileMode(data), Is.EqualTo(0b001_111_111_111));
        });
    }

    [TestCase("{symbols:['BTCUSDT','ETHUSDT'],interval:'1m',intervals:['1s','1m','5m','15m','1h']}", "trade_crypto_btcusdt_15m BTCUSDT 15m, demo_2 BTCUSDT 15m, house_crypto_btcusdt BTCUSDT 1m")]
    [TestCase("{symbols:['ETHUSDT'],interval:'1m',intervals:['1m','5m','15m','1h']}", "trade_crypto_ethusdt_15m ETHUSDT 15m, demo_ethusdt_2 ETHUSDT 15m, house_crypto_ethusdt ETHUSDT 1m")]
    [TestCase("{symbols:['ETHUSDT'],interval:'1h',intervals:['1h']}", "trade_crypto_ethusdt_1h ETHUSDT 1h, demo_ethusdt_1h_2 ETHUSDT 1h, house_crypto_ethusdt_1h ETHUSDT 1h")]
    [TestCase("{symbols:['BTCUSDT'],interval:'1w',intervals:['1w']}", "trade_crypto_btcusdt_1w BTCUSDT 1w, demo_1w_2 BTCUSDT 1w, house_crypto_btcusdt_1w BTCUSDT 1w")]
    [TestCase("{symbols:[],interval:null,intervals:[]}", "trade_crypto_btcusdt_15m BTCUSDT 15m, demo_2 BTCUSDT 15m, house_crypto_btcusdt BTCUSDT 1m")]
    public async Task The_demos_groups_trade_what_the_market_has(string market, string groups)
    {
        var said = await RunAsync(
            $"demo-{Guid.NewGuid()}.log", "node", "-e",
            $"import('{Path.Combine(Scripts, "seed-demo.mjs")}').then(m => console.log(m.demoGroups({market}, 2).map(g => [g.name, g.symbol, g.interval].join(' ')).join(', ')))");
        Assert.That(said.Trim(), Is.EqualTo(groups));
    }

    [Test]
    public async Task The_benchmarks_say_what_is_not_installed_before_anything_is_built()
    {
        var log = Path.Combine(_folder, "bench.log");
        using var bench = OwnProcess.Start("node", [Path.Combine(Scripts, "bench.mjs"), "load"], log, new Dictionary<string, string> { ["SERVERS_ROOT"] = _folder });
        await Wait.UntilAsync("it has ended", () => Task.FromResult(bench.HasExited));
        Assert.That(bench.ExitCode, Is.EqualTo(2));
        Assert.That(await File.ReadAllTextAsync(log), Is.EqualTo("not installed: postgresql and rabbitmq-server; install with: sudo apt-get install postgresql rabbitmq-server\n"));
    }

    [TestCase("cd here && npm ci && npm run build\nnode a.js   # prints every frame\nnode b.js   # its first fill\n", "{\"prepare\":\"cd here && npm ci && npm run build\",\"program\":\"cd here && node b.js\"}")]
    [TestCase("sudo apt-get install python3-websockets\n# filled within a second\npython3 here/first.py --note 'a # b'\n", "{\"prepare\":\"\",\"program\":\"python3 here/first.py --note 'a # b'\"}")]
    [TestCase("node a.js   # prints every frame, refilled\n", "null")]
    public async Task A_readmes_first_example_is_the_command_that_promises_a_fill(string commands, string expected)
    {
        var readme = Path.Combine(_folder, $"{Guid.NewGuid():n}.md");
        await File.WriteAllTextAsync(readme, $"# A client\n\n```sh\n{commands}```\n\n```sh\nnode other.js   # a fill too\n```\n");
        var said = await RunAsync(
            Path.GetFileName(readme) + ".log", "node", "-e",
            Module("readme", $"console.log(JSON.stringify(m.firstExample(require('fs').readFileSync('{readme}', 'utf8'))))"));
        Assert.That(said.Trim(), Is.EqualTo(expected));
    }

    private static string Module(string name, string call) => $"import('{Path.Combine(Scripts, "lib", name + ".mjs")}').then(m => {call})";

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    private async Task<string> RunAsync(string log, string file, params string[] arguments)
    {
        var path = Path.Combine(_folder, log);
        await OwnProcess.RunAsync(file, arguments, path);
        return await File.ReadAllTextAsync(path);
    }
}
