using System.CommandLine;
using System.CommandLine.Parsing;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Moves, sets or removes the stop-loss and take-profit of the group's position.</summary>
internal static class ProtectCommand
{
    private const string None = "none";

    public static Command Create()
    {
        var stop = LegOption("--stop", "Where the stop-loss is to be; none removes it, left out it stays as it is.");
        var goal = LegOption("--target", "Where the take-profit is to be; none removes it, left out it stays as it is.");
        var symbol = new Option<string?>("--symbol") { Description = "Default: the group's.", HelpName = "SYMBOL" };
        var wait = Steering.WaitOption();
        var command = new Command("protect", "Move, set or remove the stop-loss and take-profit of the group's position.") { stop, goal, symbol, wait };
        var target = new Target().AddTo(command);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(async () =>
        {
            target.Require(parsed, parsed.GetValue(stop) is null && parsed.GetValue(goal) is null ? "--stop or --target: at least one of them is needed" : null);
            var news = new OrderNews();
            await using var bot = await TradingClient.ConnectAsync(target.Options(parsed, news: news), cancellationToken);
            Steering.RequireGroup(bot);
            return await Steering.AskAsync(
                bot,
                news,
                () => bot.ProtectAsync(parsed.GetValue(symbol), parsed.GetValue(stop), parsed.GetValue(goal), cancellationToken: cancellationToken),
                [],
                u => u.Status is "protected" or "canceled" or "rejected",
                parsed.GetValue(wait) ?? Steering.Wait,
                all: false,
                silence: "--wait waits longer; sent twice it does no harm",
                cancellationToken);
        }));
        return command;
    }

    private static Option<Leg?> LegOption(string name, string description) => new(name) { Description = description, HelpName = "PRICE|none", CustomParser = ReadLeg };

    private static Leg? ReadLeg(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (text == None)
        {
            return Leg.None;
        }

        if (Amounts.TryRead(text, out var price) && price > 0)
        {
            return Leg.At(price);
        }

        argument.AddError($"{argument.OptionName()}: '{text}' is no price: give an amount greater than 0, such as 59000.5, or {None}");
        return null;
    }
}
