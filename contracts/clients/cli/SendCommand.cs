using System.CommandLine;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>One decision, its reply, and what became of its order: frames on the output, words on the error stream.</summary>
internal static class SendCommand
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    // The legs of a position are placed at once when it is filled; an order that only makes one smaller has none to tell of.
    private static readonly TimeSpan Protecting = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command("send", "Send one decision and wait for the end of its order. Exit code 0: done as asked, or a limit order that rests; 1: anything else.");
        var signal = new Signal();
        var wait = Spans.Option("--wait", "How long to wait for the order's end. Default: 30s.");
        var target = new Target();
        signal.AddTo(command);
        command.Options.Add(wait);
        target.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(() => SendAsync(parsed, signal, target, parsed.GetValue(wait) ?? Wait, cancellationToken)));
        return command;
    }

    private static async Task<int> SendAsync(ParseResult parsed, Signal signal, Target target, TimeSpan wait, CancellationToken cancellationToken)
    {
        target.Require(parsed, [.. signal.Broken(parsed, target.Protocol(parsed))]);
        var news = new OrderNews();
        var to = target.Options(parsed, news: news);
        await using var bot = await TradingClient.ConnectAsync(to, cancellationToken);
        Steering.RequireGroup(bot);
        var decision = signal.Decision(parsed, to.Time);
        try
        {
            var reply = await bot.DecideAsync(decision, cancellationToken: cancellationToken);
            Console.WriteLine(reply.Raw.GetRawText());
            foreach (var warning in reply.Warnings ?? [])
            {
                await Console.Error.WriteLineAsync($"warning: {warning.Path}: {warning.Note}");
            }

            if (!reply.Ok)
            {
                return await Outcome.RefusedAsync(reply);
            }

            return decision.ValidateOnly ? await WouldAsync(reply)
                : decision.Action == Actions.NoTrade ? await SaidAsync($"recorded: {Actions.NoTrade} orders nothing")
                : reply.Duplicate ? await SaidAsync(
                    $"note: {decision.DecisionId} was sent before and is one order; its updates are not announced again, `listen --since 0` has them")
                : await FollowAsync(bot, news, parsed, signal, decision.DecisionId!, wait, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                $"note: interrupted; {decision.DecisionId} was sent and may be traded, `tradingsystem bot cancel {decision.DecisionId}` takes back what rests of it");
            throw;
        }
    }

    private static async Task<int> FollowAsync(
        TradingClient bot, OrderNews news, ParseResult parsed, Signal signal, string decisionId, TimeSpan wait, CancellationToken cancellationToken)
    {
        bool IsOurs(OrderUpdate u) => u.DecisionId == decisionId;
        var last = await news.UntilAsync(bot, IsOurs, u => u.IsFinal, wait, cancellationToken);
        if (last is { Status: "filled" } && signal.IsProtected(parsed))
        {
            var filled = last;
            last = await news.UntilAsync(bot, IsOurs, u => u.Status == "protected" || u.IsFinal, wait < Protecting ? wait : Protecting, cancellationToken) ?? filled;
        }

        if (last is null)
        {
            await Console.Error.WriteLineAsync(
                $"error: accepted, but no update of {decisionId} came within {wait.TotalSeconds:0.#} s\nhelp: is execution running? Sent again with --decision-id {decisionId} it stays one order");
            return 1;
        }

        Console.WriteLine(last.Raw.GetRawText());
        return await TellAsync(last, signal, parsed, decisionId, wait);
    }

    private static async Task<int> TellAsync(OrderUpdate last, Signal signal, ParseResult parsed, string decisionId, TimeSpan wait)
    {
        var text = Outcome.Text(last);
        switch (last.Status)
        {
            case "rejected" or "canceled" when last.Reason is { } reason:
                await Outcome.ExplainAsync("error", text, reason);
                return 1;
            case "rejected" or "canceled" or "unknown":
                await Console.Error.WriteLineAsync($"error: {text}");
                return 1;
            case "protected":
                return await SaidAsync($"{text}; protection: {signal.Protection(parsed)}");
            case "filled" when signal.IsProtected(parsed):
                await Console.Error.WriteLineAsync(
                    $"{text}\nerror: no `protected` followed: {signal.Protection(parsed)} may not stand\nhelp: an order that only makes a position smaller has no protection; else look at the position's on the page, or set it with `tradingsystem bot protect`");
                return 1;
            case "accepted" or "submitted" or "partially_filled":
                var rests = signal.IsLimit(parsed) && last.Status != "accepted";
                await Console.Error.WriteLineAsync(
                    $"{(rests ? "note" : "error")}: {text}; not at its end after {wait.TotalSeconds:0.#} s{(last.Reason is { } why ? $": {Outcome.Text(why)}" : "")}\nhelp: `tradingsystem bot cancel {decisionId}` takes back what rests of it");
                return rests ? 0 : 1;
            default:
                return await SaidAsync(text);
        }
    }

    private static async Task<int> WouldAsync(Reply reply)
    {
        switch (reply.Would)
        {
            case { Reason: { } reason, Action: var action }:
                await Outcome.ExplainAsync(action == "refused" ? "error" : "note", action == "refused" ? "would be refused" : "would wait", reason);
                return action == "refused" ? 1 : 0;
            case { Action: "order" } order:
                var parts = new[] { ("at", order.Price), ("margin", order.Margin), ("fee", order.Fee) }
                    .Where(p => p.Item2 is not null).Select(p => $"{p.Item1} {Outcome.Text(p.Item2!.Value)}");
                return await SaidAsync($"would be: {order.Side} {Outcome.Text(order.Qty ?? 0)} {string.Join(", ", parts)}; nothing was traded");
            case { Action: "nothing" }:
                return await SaidAsync("would order nothing");
            default:
                return await SaidAsync(string.IsNullOrEmpty(reply.Note) ? "well written; nothing was traded" : $"well written, but only that was checked: {reply.Note}");
        }
    }

    private static async Task<int> SaidAsync(string text)
    {
        await Console.Error.WriteLineAsync(text);
        return 0;
    }
}
