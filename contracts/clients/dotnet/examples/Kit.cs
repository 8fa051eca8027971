using System.Globalization;
using System.Text.Json;

namespace TradingSystem.Client.Examples;

/// <summary>Something a person has to put right.</summary>
public sealed class ProblemException(string message) : Exception(message);

/// <summary>
/// What the example bots share: where the product is, and how a bot ends. TRADING_GROUP_TOKEN and WS_URL say who and where; without them it is what
/// <c>make run</c> wrote, .data/demo.json of this folder or one above. More settings: PROTOCOL (2), MARGIN_USD (50), DEADLINE_S (10, of any wait for
/// the product), API_URL (where REST is not beside the socket).
/// </summary>
internal static class Kit
{
    public static decimal MarginUsd => Setting("MARGIN_USD", 50m);

    public static decimal Setting(string name, decimal without) =>
        Environment.GetEnvironmentVariable(name) is not { Length: > 0 } text ? without
            : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
            : throw new ProblemException($"{name} is {text}: expected a number");

    public static void Say(string text) => Console.WriteLine(text);

    public static int Usage(string expected)
    {
        Console.Error.WriteLine($"error: expected {expected}");
        return 2;
    }

    /// <summary>Whether the group may trade, and whether this token reads REST at all.</summary>
    public static async Task MustBeActiveAsync(TradingClient bot)
    {
        var group = (await bot.RestAsync("groups")).GetProperty("items")[0];
        if (!group.GetProperty("active").GetBoolean())
        {
            throw new ProblemException($"the group {group.GetProperty("name")} is switched off: switch it on at the page first");
        }
    }

    /// <summary>Decides and waits for the end of the order. Null if there was none.</summary>
    public static async Task<OrderUpdate?> TradeAsync(TradingClient bot, string action, string reason, decimal margin)
    {
        var reply = await bot.DecideAsync(new(action) { MarginUsd = margin, Signal = new() { ["reasoning"] = reason } });
        if (reply.Code == "GROUP_INACTIVE")
        {
            throw new ProblemException("the group is switched off: switch it on at the page first");
        }

        if (!reply.Ok)
        {
            Say($"{action}: {reason} -> {reply.Message} {reply.Code} {string.Join("; ", reply.Detail ?? [])}");
            return null;
        }

        var update = await bot.OrderAsync(reply.DecisionId!);
        Say($"{action}: {reason} -> {update.Status} {update.Qty} {update.Symbol} at {update.AvgPrice} {update.Reason?.Message}");
        return update.Status is "rejected" or "canceled" ? null : update;
    }

    /// <summary>Runs a bot until Ctrl-C, or until going on makes no sense: then it says why and the result is 1.</summary>
    public static async Task<int> RunAsync(Func<Task> main)
    {
        var (error, help) = ("", "");
        try
        {
            await main();
            return 0;
        }
        catch (StoppedException stopped)
        {
            (error, help) = ($"refused: {stopped.Message}", Help(stopped.Reason));
        }
        catch (NoReplyException silence)
        {
            (error, help) = (silence.Message, "is the product running? Start `make run`, or set WS_URL to where it is");
        }
        catch (TypeInitializationException e) when (e.InnerException is ProblemException problem)
        {
            error = problem.Message;
        }
        catch (Exception e) when (e is ProblemException or RestException or FormatException or ArgumentException)
        {
            error = e.Message;
        }

        await Console.Error.WriteLineAsync($"error: {error}{(help.Length > 0 ? $"\nhelp: {help}" : "")}");
        return 1;
    }

    private static string Help(string reason) => reason switch
    {
        "INVALID_TOKEN" => "TRADING_GROUP_TOKEN is not, or no longer, the token of a group; take one from the page or from .data/demo.json",
        "TOKEN_IN_USE" => "another program has this token's session: end it first, or give the bot a token of its own",
        _ => "see PROTOCOL.md, Closing",
    };

    /// <summary>What <c>make run</c> wrote for you, in this folder or the nearest one above. Environment variables win over it.</summary>
    public static JsonElement? Demo()
    {
        var folder = new DirectoryInfo(Environment.CurrentDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, ".data", "demo.json")))
        {
            folder = folder.Parent;
        }

        var file = Environment.GetEnvironmentVariable("DEMO_FILE") is { Length: > 0 } named ? named : folder is null ? null : Path.Combine(folder.FullName, ".data", "demo.json");
        try
        {
            return file is null ? null : JsonDocument.Parse(File.ReadAllText(file)).RootElement;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ProblemException($"{file} is no demo.json: {e.Message}");
        }
    }
}
