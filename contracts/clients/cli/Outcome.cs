using System.Globalization;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>What became of something, in words. What is not known is left out.</summary>
internal static class Outcome
{
    /// <summary>Such as <c>filled: BUY 0.008 BTCUSDT at 62500.1, fee 0.25, PnL 0</c>.</summary>
    public static string Text(OrderUpdate update)
    {
        var what = string.Join(' ', new[] { update.Side, update.Qty == 0 ? null : Text(update.Qty), update.Symbol }.Where(p => !string.IsNullOrEmpty(p)));
        return update.AvgPrice is { } price
            ? $"{update.Status}: {what} at {Text(price)}, fee {Text(update.Fee)}, PnL {Text(update.RealizedPnl)}"
            : what.Length == 0 ? update.Status : $"{update.Status}: {what}";
    }

    public static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);

    /// <summary>Such as <c>QTY_TOO_SMALL: Quantity 0.0001 is below the minimum 0.001; qty 0.001 would do.</c></summary>
    public static string Text(OrderReason reason) => string.IsNullOrEmpty(reason.Message) ? reason.Code : $"{reason.Code}: {reason.Message}";

    /// <summary>Such as <c>limit 0.001, value 0.0001, nearest acceptable 0.001</c>; null where there is nothing to hold a value against.</summary>
    public static string? Figures(OrderReason reason)
    {
        var known = new[] { ("limit", reason.Limit), ("value", reason.Value), ("nearest acceptable", reason.NearestAcceptable) }
            .Where(f => !string.IsNullOrEmpty(f.Item2)).ToArray();
        return reason.Limit is null && reason.NearestAcceptable is null ? null : string.Join(", ", known.Select(f => $"{f.Item1} {f.Item2}"));
    }

    /// <summary>Such as <c>payload.signal.qty: decimal, not negative (got "-1")</c>; rules are no part of a sentence.</summary>
    public static string Text(FieldFault fault)
    {
        var rule = fault.Path is "$" or "" ? fault.Rule : $"{fault.Path}: {fault.Rule}";
        return string.IsNullOrEmpty(fault.Got) ? rule : $"{rule} (got {fault.Got})";
    }

    /// <summary>What a refusing reply says, a line for each thing that is wrong.</summary>
    public static IReadOnlyList<string> Faults(Reply reply)
    {
        // The detail of a refusal with a code is a rule for programs; its meaning is in the SDK's table.
        if (reply.Code is { } code)
        {
            return [$"{reply.Message}: {code}{(Codes.Reply.GetValueOrDefault(code) is { } known ? $": {known.Meaning}" : "")}"];
        }

        return reply.Detail is { Count: > 0 } faults ? [.. faults.Select(Text)] : [reply.Message];
    }

    /// <summary>Says on the error stream why a reply is no.</summary>
    public static async Task<int> RefusedAsync(Reply reply)
    {
        foreach (var line in Faults(reply))
        {
            await Console.Error.WriteLineAsync($"error: {line}");
        }

        await Console.Error.WriteLineAsync($"help: {Advice.ForReply(reply.Code, reply.Message)}");
        return 1;
    }

    /// <summary>Says on the error stream why an order, a cancel or a move ended as it did.</summary>
    /// <param name="level"><c>error</c>, or <c>note</c> for what is as it was asked for.</param>
    public static async Task ExplainAsync(string level, string what, OrderReason reason)
    {
        await Console.Error.WriteLineAsync($"{level}: {what}: {Text(reason)}");
        if (Figures(reason) is { } figures)
        {
            await Console.Error.WriteLineAsync($"note: {figures}");
        }

        if (Advice.ForReason(reason.Code) is { } advice)
        {
            await Console.Error.WriteLineAsync($"help: {advice}");
        }
    }
}
