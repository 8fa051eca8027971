using System.CommandLine;
using System.CommandLine.Invocation;
using TradingSystem.Cli;

var bot = new Command("bot", "Look after a bot's connection to the gateway, and trade by hand.")
{
    DoctorCommand.Create(), GroupsCommand.Create(), ListenCommand.Create(), SendCommand.Create(), CancelCommand.Create(), ProtectCommand.Create(), ReplayCommand.Create(),
};
var root = new RootCommand("Tools for bots of the trading gateway.") { bot, ConformanceCommand.Create() };
var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction wrong)
{
    // A screen of help would push the one line that matters out of sight.
    wrong.ShowHelp = false;
}

// Long enough to say goodbye to the gateway after Ctrl-C.
var code = await parsed.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(5) });
if (parsed.Action is ParseErrorAction)
{
    await Console.Error.WriteLineAsync("help: --help behind a command lists what it takes");
}

return code;
