using System.CommandLine;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Takes back what rests, never the protection.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var decision = new Argument<string?>("decision") { Description = "The decision's key (--decision-id), or the id that it was accepted with.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Instead: every order of the group that rests." };
        var wait = Steering.WaitOption();
        var command = new Command("cancel", "Take back what rests of a decision, or of all of the group; never the protection.") { decision, all, wait };
        var target = new Target().AddTo(command);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(async () =>
        {
            var key = parsed.GetValue(decision);
            target.Require(
                parsed,
                parsed.GetValue(all) != (key is not null) ? null : key is null ? "decision or --all: one of them is needed" : "decision and --all: give one of them");
            var news = new OrderNews();
            await using var bot = await TradingClient.ConnectAsync(target.Options(parsed, news: news), cancellationToken);
            Steering.RequireGroup(bot);
            return await Steering.AskAsync(
                bot,
                news,
                () => key is null ? bot.CancelAllAsync(cancellationToken: cancellationToken) : bot.CancelAsync(key, cancellationToken: cancellationToken),
                key is null ? [] : [key],
                u => u.IsFinal,
                parsed.GetValue(wait) ?? Steering.Wait,
                all: key is null,
                silence: "is the key right? A cancel is kept for as long as its decision could still come; sent twice it does no harm",
                cancellationToken);
        }));
        return command;
    }
}
