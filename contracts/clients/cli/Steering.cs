using System.CommandLine;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary><c>cancel</c> and <c>protect</c>: what a group asks of its own orders and position, and the update that says what came of it.</summary>
internal static class Steering
{
    // Orders of one cancel are told one after the other.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    public static TimeSpan Wait { get; } = TimeSpan.FromSeconds(10);

    public static Option<TimeSpan?> WaitOption() => Spans.Option("--wait", "How long to wait for what came of it. Default: 10s.");

    public static void RequireGroup(TradingClient bot)
    {
        if (bot.Ack!.Symbol is null)
        {
            throw new UserException("this is a trigger's token, and only a group trades", "give a group's: --group NAME, TRADING_GROUP_TOKEN, --token-env or --token-file");
        }
    }

    /// <summary>Prints the update that <paramref name="isEnd"/> knows, and says it in words.</summary>
    /// <param name="all">More than one order may be told of.</param>
    /// <param name="silence">What to do when nothing is told.</param>
    public static async Task<int> AskAsync(
        TradingClient bot, OrderNews news, Func<Task<Reply>> ask, string[] names, Func<OrderUpdate, bool> isEnd, TimeSpan wait, bool all, string silence, CancellationToken cancellationToken)
    {
        var reply = await ask();
        Console.WriteLine(reply.Raw.GetRawText());
        if (!reply.Ok)
        {
            return await Outcome.RefusedAsync(reply);
        }

        bool IsAbout(OrderUpdate u) => all || u.DecisionId == reply.Id || names.Contains(u.DecisionId) || names.Contains(u.EventId);
        var last = await news.UntilAsync(bot, IsAbout, isEnd, wait, cancellationToken);
        var code = 0;
        if (last is null || !isEnd(last))
        {
            await Console.Error.WriteLineAsync($"error: accepted, but what came of it was not told within {wait.TotalSeconds:0.#} s\nhelp: {silence}");
            return 1;
        }

        for (; last is not null && isEnd(last); last = all && last.DecisionId != reply.Id ? await news.UntilAsync(bot, IsAbout, isEnd, Quiet, cancellationToken) : null)
        {
            Console.WriteLine(last.Raw.GetRawText());
            var isNo = last.Status == "rejected" && !(all && last.Reason?.Code == "NOTHING_TO_CANCEL");
            code = isNo ? 1 : code;
            if (last.Reason is { } reason)
            {
                await Outcome.ExplainAsync(isNo ? "error" : "note", Outcome.Text(last), reason);
            }
            else
            {
                await Console.Error.WriteLineAsync(Outcome.Text(last));
            }
        }

        return code;
    }
}
