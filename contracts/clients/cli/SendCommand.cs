using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>One decision, its reply, and what became of its order.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var action = new Argument<string>("action") { Description = "LONG, SHORT, CLOSE or NO_TRADE." };
        action.AcceptOnlyFromAmong("LONG", "SHORT", "CLOSE", "NO_TRADE");
        var margin = new Option<decimal>("--margin") { Description = "Margin in USD; the order is margin × leverage / price.", HelpName = "USD", CustomParser = Amount };
        var qty = new Option<decimal>("--qty") { Description = "Quantity in the base asset instead (protocol 2).", HelpName = "QTY", CustomParser = Amount };
        var symbol = new Option<string?>("--symbol") { Description = "Default: the group's.", HelpName = "SYMBOL" };
        var decisionId = new Option<string?>("--decision-id") { Description = "Idempotency key: sent twice it is still one order. Default: a new one.", HelpName = "ID" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only ask what would become of it (validate_only)." };
        var wait = new Option<double>("--wait") { Description = "Seconds to wait for the order's end.", DefaultValueFactory = _ => 30 };
        var command = new Command("send", "Send one decision and wait for its order.") { action, margin, qty, symbol, decisionId, dryRun, wait };
        var target = new Target().AddTo(command);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(() =>
        {
            var decision = new Decision(parsed.GetValue(action)!)
            {
                MarginUsd = parsed.GetValue(margin),
                Qty = parsed.GetValue(qty),
                Symbol = parsed.GetValue(symbol),
                DecisionId = parsed.GetValue(decisionId) ?? Guid.NewGuid().ToString(),
                ValidateOnly = parsed.GetValue(dryRun),
            };
            return SendAsync(target.Options(parsed), decision, TimeSpan.FromSeconds(parsed.GetValue(wait)), cancellationToken);
        }));
        return command;
    }

    private static async Task<int> SendAsync(TradingClientOptions to, Decision decision, TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var bot = await TradingClient.ConnectAsync(to, cancellationToken);
        var reply = await bot.DecideAsync(decision, cancellationToken: cancellationToken);
        Console.WriteLine(reply.Raw.GetRawText());
        foreach (var warning in reply.Warnings ?? [])
        {
            await Console.Error.WriteLineAsync($"warning: {warning.Path}: {warning.Note}");
        }

        if (!reply.Ok)
        {
            foreach (var fault in reply.Detail ?? [])
            {
                await Console.Error.WriteLineAsync($"error: {fault.Path}: must be {fault.Rule}, got {fault.Got}");
            }

            await Console.Error.WriteLineAsync($"help: {Advice.ForReply(reply.Code, reply.Message)}");
            return 1;
        }

        if (reply.Would is { Action: "refused", Reason: { } why })
        {
            await Console.Error.WriteLineAsync($"error: would be refused: {why.Code}: {why.Message}\nhelp: {Nearest(why)}");
            return 1;
        }

        if (decision.ValidateOnly || decision.Action == "NO_TRADE")
        {
            return 0;
        }

        if (reply.Duplicate)
        {
            await Console.Error.WriteLineAsync("note: this decision_id was sent before; its order is not announced again");
            return 0;
        }

        var update = await bot.OrderAsync(decision.DecisionId!, wait, cancellationToken);
        Console.WriteLine(update.Raw.GetRawText());
        if (update.Reason is { } reason)
        {
            await Console.Error.WriteLineAsync($"error: {update.Status}: {reason.Code}: {reason.Message}\nhelp: {Nearest(reason)}");
        }

        return update.Status is "rejected" or "canceled" ? 1 : 0;
    }

    /// <summary>What is too small for a decimal would become 0, which closes all.</summary>
    private static decimal Amount(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        var digits = text.Split('e', 'E')[0];
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var amount)
            && (amount != 0 || !digits.AsSpan().ContainsAnyInRange('1', '9')))
        {
            return amount;
        }

        argument.AddError($"'{text}' is no amount: give digits, such as 0.25");
        return 0;
    }

    private static string Nearest(OrderReason reason) =>
        reason.NearestAcceptable is { } value ? $"the nearest acceptable value is {value} (limit {reason.Limit}, yours {reason.Value})" : $"the limit is {reason.Limit ?? "none"}, yours {reason.Value ?? "none"}";
}
