using System.CommandLine;
using System.Text.Json.Nodes;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Something the user has to put right: what is wrong, and what to do.</summary>
public sealed class UserException(string problem, string help) : Exception(problem)
{
    public string Help => help;
}

/// <summary>Which gateway, as whom: the options that every command shares. A token is never an argument, where it would stay in the shell's history.</summary>
public sealed class Target
{
    private const string DefaultUrl = "ws://127.0.0.1:8000/ws/events";

    private readonly Option<string?> _url = new("--url") { Description = "Address of /ws/events. Default: WS_URL, else that of demo.json.", HelpName = "ws://…" };
    private readonly Option<string?> _tokenEnv = new("--token-env") { Description = "Environment variable that holds the token. Default: TRADING_GROUP_TOKEN.", HelpName = "NAME" };
    private readonly Option<string?> _tokenFile = new("--token-file") { Description = "File that holds the token and nothing else.", HelpName = "FILE" };
    private readonly Option<string?> _demo = new("--demo") { Description = "What `make run` wrote. Default: DEMO_FILE, else .data/demo.json.", HelpName = "FILE" };
    private readonly Option<string?> _group = new("--group") { Description = "Which group of demo.json. Default: the first.", HelpName = "NAME" };
    private readonly Option<int> _protocol = new("--protocol") { Description = "2: frames with type; 3: the newer ones with kind.", DefaultValueFactory = _ => 2 };

    public Target AddTo(Command command)
    {
        _protocol.AcceptOnlyFromAmong("2", "3");
        foreach (var option in new Option[] { _url, _tokenEnv, _tokenFile, _demo, _group, _protocol })
        {
            command.Options.Add(option);
        }

        return this;
    }

    public int Protocol(ParseResult parsed) => parsed.GetValue(_protocol);

    public Uri Url(ParseResult parsed)
    {
        var text = parsed.GetValue(_url) ?? Environment.GetEnvironmentVariable("WS_URL") ?? Demo(parsed)?["ws_url"]?.GetValue<string>() ?? DefaultUrl;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "ws" or "wss" && url.Query.Length == 0
            ? url
            : throw new UserException("the address is no ws:// or wss:// address, or has a query", "give it as --url ws://HOST:8000/ws/events, without a token");
    }

    public string Token(ParseResult parsed)
    {
        if (parsed.GetValue(_tokenFile) is { } file)
        {
            return File.Exists(file) ? NotEmpty(File.ReadAllText(file), file) : throw new UserException($"there is no file {file}", "write the token into it, readable by you alone (chmod 600)");
        }

        if (parsed.GetValue(_tokenEnv) is { } name)
        {
            return NotEmpty(Environment.GetEnvironmentVariable(name), name);
        }

        if (parsed.GetValue(_demo) is null && Environment.GetEnvironmentVariable("TRADING_GROUP_TOKEN") is { Length: > 0 } token)
        {
            return token.Trim();
        }

        var groups = Demo(parsed)?["groups"]?.AsArray() ?? [];
        var wanted = parsed.GetValue(_group);
        return groups.FirstOrDefault(g => wanted is null || g!["name"]!.GetValue<string>() == wanted)?["token"]?.GetValue<string>()
            ?? throw new UserException(
                wanted is null ? "there is no token" : $"demo.json has no group {wanted}",
                "set TRADING_GROUP_TOKEN, give --token-env NAME or --token-file FILE, or start `make run`, which writes .data/demo.json");
    }

    public TradingClientOptions Options(ParseResult parsed) => new() { Url = Url(parsed), Token = Token(parsed), Protocol = Protocol(parsed) };

    /// <summary>Runs a command; what the user can put right is said like a compiler does.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (UserException error)
        {
            await Console.Error.WriteLineAsync($"error: {error.Message}\nhelp: {error.Help}");
        }
        catch (StoppedException stopped)
        {
            await Console.Error.WriteLineAsync($"error: the gateway refused the connection: {stopped.Message}\nhelp: {Advice.ForClose(stopped.Reason)}");
        }
        catch (NoReplyException silence)
        {
            await Console.Error.WriteLineAsync($"error: {silence.Message}\nhelp: {Advice.Doctor}");
        }
        catch (OperationCanceledException)
        {
            return 130;
        }

        return 1;
    }

    private JsonNode? Demo(ParseResult parsed)
    {
        var given = parsed.GetValue(_demo);
        var file = given ?? Environment.GetEnvironmentVariable("DEMO_FILE") ?? Path.Combine(".data", "demo.json");
        return File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file))
            : given is null ? null
            : throw new UserException($"there is no file {file}", "start `make run`, which writes .data/demo.json");
    }

    private static string NotEmpty(string? text, string name) =>
        text?.Trim() is { Length: > 0 } token ? token : throw new UserException($"{name} holds no token", "put the token there, or use TRADING_GROUP_TOKEN");
}
