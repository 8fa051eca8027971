namespace TradingSystem.Client.Examples;

/// <summary>LONG, CLOSE or null, with the reason.</summary>
internal delegate (string? Action, string Reason) Decide(IReadOnlyList<double> closes, bool isLong);

/// <summary>Asks a strategy at the start and whenever a candle closes.</summary>
internal sealed class CandleBot(Bot bot, Decide decide)
{
    /// <summary>A smoothed indicator depends on where it began: all bots begin it as far back.</summary>
    private const int History = 250;

    // From REST at the start, from the order updates after that; null while it is not known.
    private bool? _isLong;
    private string _told = "";

    public static async Task RunAsync(Decide decide)
    {
        await using var bot = new Bot(candles: History);
        var it = new CandleBot(bot, decide);
        bot.Client.On<CandleHistory>(it.LookAsync);
        bot.Client.On<Candle>(it.LookAsync);
        bot.Client.On<OrderUpdate>(it.UpdatedAsync);
        bot.Client.On<Gap>(it.ForgetAsync);
        await bot.Client.StartAsync();
        var config = bot.Client.Ack!.Config;
        Kit.Say($"connected as {config.GetProperty("group_name")}, {bot.Client.Ack.Symbol} {config.GetProperty("interval")}");
        await Kit.MustBeActiveAsync(bot.Client);
        await bot.StayAsync();
    }

    private Task LookAsync(CandleHistory history) => history.Note is { } note ? throw new ProblemException(note) : LookAsync();

    // The history that follows the replayed ones ends with the newest.
    private Task LookAsync(Candle candle) => candle.Replayed ? Task.CompletedTask : LookAsync();

    private async Task LookAsync()
    {
        _isLong ??= await LoadAsync();
        var (action, reason) = decide([.. bot.Client.Candles.Select(c => (double)c.Close)], _isLong.Value);
        if (action is not null && await Kit.TradeAsync(bot.Client, action, reason, Kit.MarginUsd) is { } update)
        {
            await UpdatedAsync(update);
        }
        else if (action is null && reason != _told)
        {
            Kit.Say(reason);
        }

        _told = reason;
    }

    private async Task<bool> LoadAsync() => (await bot.Client.RestAsync("positions")).GetProperty("items").EnumerateArray()
        .Any(p => p.GetProperty("symbol").GetString() == bot.Client.Ack!.Symbol && p.GetProperty("qty").GetDecimal() > 0);

    private Task UpdatedAsync(OrderUpdate update)
    {
        _isLong = update.Status switch
        {
            "filled" => update.Side == "BUY",
            "closed" or "stopped" or "took_profit" => false,
            _ => _isLong,
        };
        return Task.CompletedTask;
    }

    private Task ForgetAsync(Gap gap)
    {
        _isLong = null;
        return Task.CompletedTask;
    }
}
