namespace TradingSystem.Client.Examples;

/// <summary>
/// A grid around the price at the start: buys one unit at each line on the way down, sells one at each line on the way up. In one-way mode a SHORT
/// while long only makes the position smaller, so the position is always minus the line the price is at. Settings: GRID_STEP_PCT (0.1, the distance
/// of the lines), GRID_LINES (5 to each side), GRID_PACE_S (1, how often it looks), MARGIN_USD (50, one unit), and those of <see cref="Kit"/>.
/// </summary>
internal static class GridBot
{
    private static readonly decimal StepPct = Kit.Setting("GRID_STEP_PCT", 0.1m);
    private static readonly int Lines = (int)Kit.Setting("GRID_LINES", 5);

    public static async Task RunAsync()
    {
        await using var bot = new Bot(market: TimeSpan.FromSeconds((double)Kit.Setting("GRID_PACE_S", 1)));
        decimal? anchor = null;
        var at = 0;
        bot.Client.On<Price>(async price =>
        {
            var line = LineOf(price.Last, anchor ??= price.Last);
            if (line != at && await Kit.TradeAsync(bot.Client, line < at ? "LONG" : "SHORT", $"{price.Last} is at line {line}", Kit.MarginUsd * Math.Abs(line - at)) is not null)
            {
                at = line;
            }
        });
        await bot.Client.StartAsync();
        Kit.Say($"connected as {bot.Client.Ack!.Config.GetProperty("group_name")}, {bot.Client.Ack.Symbol}");
        await Kit.MustBeActiveAsync(bot.Client);
        await bot.StayAsync();
    }

    /// <summary>How many whole steps the price is above the anchor, within the grid.</summary>
    private static int LineOf(decimal price, decimal anchor) => (int)Math.Clamp((price - anchor) / (anchor * StepPct / 100), -Lines, Lines);
}
