using System.CommandLine;
using TradingSystem.Cli;

var bot = new Command("bot", "Look after a bot's connection to the gateway.")
{
    DoctorCommand.Create(), ListenCommand.Create(), SendCommand.Create(), ReplayCommand.Create(),
};
var root = new RootCommand("Tools for bots of the trading gateway.") { bot, ConformanceCommand.Create() };
return await root.Parse(args).InvokeAsync();
