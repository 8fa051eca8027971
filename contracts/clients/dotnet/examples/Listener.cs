namespace TradingSystem.Client.Examples;

/// <summary>Prints the ack and then every frame that is pushed to the group of TRADING_GROUP_TOKEN: events, orders, settings, closed candles.</summary>
internal static class Listener
{
    public static async Task RunAsync()
    {
        await using var bot = new Bot();
        bot.Client.On<Ack>(ShowAsync);
        bot.Client.On<Event>(ShowAsync);
        bot.Client.On<OrderUpdate>(ShowAsync);
        bot.Client.On<ConfigUpdate>(ShowAsync);
        bot.Client.On<Candle>(ShowAsync);
        await bot.Client.StartAsync();
        await bot.StayAsync();
    }

    private static Task ShowAsync(Frame frame) => Console.Out.WriteLineAsync(frame.Raw.GetRawText());
}
