using System.CommandLine;

namespace TradingSystem.Cli;

/// <summary>Which groups <c>--group</c> can name. Tokens are never printed.</summary>
internal static class GroupsCommand
{
    public static Command Create()
    {
        var demo = Target.DemoOption();
        var command = new Command("groups", "List the groups of demo.json: name, symbol, interval of its candles.") { demo };
        command.SetAction((parsed, _) => Target.RunAsync(() =>
        {
            var found = Demo.Find(parsed.GetValue(demo))
                ?? throw new UserException("there is no demo.json", "start `make run`, which writes .data/demo.json, or name a file with --demo");
            var width = found.Groups.Select(g => g.Name.Length).DefaultIfEmpty().Max();
            foreach (var group in found.Groups)
            {
                Console.WriteLine($"{group.Name.PadRight(width)}  {group.Symbol ?? "?",-9}  {group.Interval ?? "?"}");
            }

            return Task.FromResult(0);
        }));
        return command;
    }
}
