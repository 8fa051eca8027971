using System.CommandLine;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Something the user has to put right: what is wrong, and what to do.</summary>
public sealed class UserException(string problem, string help) : Exception(problem)
{
    public string Help => help;
}

/// <summary>Which gateway, as whom: the options that every command shares. A token is never an argument, where it would stay in the shell's history.</summary>
internal sealed class Target
{
    private const string DefaultUrl = "ws://127.0.0.1:8000/ws/events";

    /// <summary>How long the gateway may take to answer.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Option<string?> _url = new("--url") { Description = "Address of /ws/events. Default: WS_URL, else that of demo.json.", HelpName = "ws://…" };
    private readonly Option<string?> _tokenEnv = new("--token-env") { Description = "Environment variable that holds the token. Default: TRADING_GROUP_TOKEN, unless --group or --demo is given.", HelpName = "NAME" };
    private readonly Option<string?> _tokenFile = new("--token-file") { Description = "File that holds the token and nothing else.", HelpName = "FILE" };
    private readonly Option<string?> _demo = DemoOption();
    private readonly Option<string?> _group = new("--group") { Description = "Which group of demo.json. Default: the first.", HelpName = "NAME" };
    private readonly Option<string?> _trigger = new("--trigger") { Description = "As this trigger of demo.json instead of a group.", HelpName = "NAME" };
    private readonly Option<int> _protocol = new("--protocol") { Description = "2: frames with type; 3: the newer ones with kind.", DefaultValueFactory = _ => 2 };

    public static Option<string?> DemoOption() => new("--demo") { Description = "What `make run` wrote. Default: DEMO_FILE, else .data/demo.json.", HelpName = "FILE" };

    /// <param name="triggers">The command is for triggers too.</param>
    public Target AddTo(Command command, bool triggers = false)
    {
        _protocol.AcceptOnlyFromAmong("2", "3");
        foreach (var option in new Option?[] { _url, _tokenEnv, _tokenFile, _demo, _group, triggers ? _trigger : null, _protocol })
        {
            if (option is not null)
            {
                command.Options.Add(option);
            }
        }

        return this;
    }

    public int Protocol(ParseResult parsed) => parsed.GetValue(_protocol);

    /// <summary>What of the options does not go together, null if nothing.</summary>
    public string? Broken(ParseResult parsed)
    {
        var given = new[] { _tokenEnv, _tokenFile, _group, _trigger }.Where(o => parsed.GetValue(o) is not null).Select(o => o.Name).ToArray();
        return given.Length > 1 ? $"{string.Join(" and ", given)} each name whom to connect as: give one of them" : null;
    }

    /// <summary>No option says as whom, so that it can be chosen by what is to be done.</summary>
    public bool IsOpen(ParseResult parsed) =>
        parsed.GetValue(_tokenFile) is null && parsed.GetValue(_tokenEnv) is null && parsed.GetValue(_group) is null && parsed.GetValue(_trigger) is null;

    public Uri Url(ParseResult parsed)
    {
        var text = parsed.GetValue(_url) ?? Environment.GetEnvironmentVariable("WS_URL") ?? Demo.Find(parsed.GetValue(_demo))?.WsUrl ?? DefaultUrl;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "ws" or "wss" && url.Query.Length == 0
            ? url
            : throw new UserException("the address is no ws:// or wss:// address, or has a query", "give it as --url ws://HOST:8000/ws/events, without a token");
    }

    /// <param name="preferTrigger">Where no option says as whom: a trigger of demo.json, if it has one.</param>
    public TradingClientOptions Options(ParseResult parsed, bool preferTrigger = false, OrderNews? news = null) => new()
    {
        Url = Url(parsed),
        Token = Token(parsed, preferTrigger),
        Protocol = Protocol(parsed),
        Deadline = Deadline,
        OnOrder = news is null ? null : news.Hear,
        OnGap = _ => Task.CompletedTask,
        OnDisconnect = f => Console.Error.WriteLineAsync($"note: no connection ({Why(f)}), again in {f.RetryIn.TotalSeconds:0.0} s"),
    };

    /// <summary>Why a connection ended, in words.</summary>
    public static string Why(Disconnected why) =>
        string.Join(
            ' ',
            new[] { why.Code?.ToString(System.Globalization.CultureInfo.InvariantCulture), why.Reason }.Where(p => !string.IsNullOrEmpty(p))) is { Length: > 0 } text
            ? text
            : "closed without a reason";

    /// <summary>Refuses what does not go together before anything is sent; a rule that holds is null.</summary>
    public void Require(ParseResult parsed, params IEnumerable<string?> broken)
    {
        var all = broken.Append(Broken(parsed)).OfType<string>().ToArray();
        if (all.Length > 0)
        {
            throw new UserException(string.Join("\nerror: ", all), "--help behind a command lists what it takes");
        }
    }

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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            // A file that cannot be read, or what the SDK refuses to send.
            await Console.Error.WriteLineAsync($"error: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return 130;
        }

        return 1;
    }

    private string Token(ParseResult parsed, bool preferTrigger)
    {
        if (parsed.GetValue(_tokenFile) is { } file)
        {
            return File.Exists(file)
                ? NotEmpty(File.ReadAllText(file), file)
                : throw new UserException($"there is no file {file}", "write the token into it, readable by you alone (chmod 600)");
        }

        if (parsed.GetValue(_tokenEnv) is { } name)
        {
            return NotEmpty(Environment.GetEnvironmentVariable(name), name);
        }

        if (preferTrigger && Demo.Find(parsed.GetValue(_demo))?.Triggers is { Count: > 0 } triggers)
        {
            return Demo.Token(triggers, "trigger", null);
        }

        if (OfEnvironment(parsed) is { } token)
        {
            return token;
        }

        var (group, trigger) = (parsed.GetValue(_group), parsed.GetValue(_trigger));
        var demo = Demo.Find(parsed.GetValue(_demo)) ?? throw new UserException(
            "there is no token",
            "start `make run`, which writes .data/demo.json, or set TRADING_GROUP_TOKEN, or give --token-env NAME or --token-file FILE");
        return trigger is not null ? Demo.Token(demo.Triggers, "trigger", trigger) : Demo.Token(demo.Groups, "group", group);
    }

    /// <summary>TRADING_GROUP_TOKEN, which gives way to whatever names a group, a trigger or their file.</summary>
    private string? OfEnvironment(ParseResult parsed) =>
        parsed.GetValue(_demo) is null && parsed.GetValue(_group) is null && parsed.GetValue(_trigger) is null
            && Environment.GetEnvironmentVariable("TRADING_GROUP_TOKEN")?.Trim() is { Length: > 0 } token ? token : null;

    private static string NotEmpty(string? text, string name) =>
        text?.Trim() is { Length: > 0 } token ? token : throw new UserException($"{name} holds no token", "put the token there, or use TRADING_GROUP_TOKEN");
}
