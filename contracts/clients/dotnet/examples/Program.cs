using TradingSystem.Client.Examples;

// dotnet run --project contracts/clients/dotnet/examples -- rsi
return args switch
{
    ["rsi"] => await Kit.RunAsync(() => CandleBot.RunAsync(RsiBot.Decide)),
    ["macd"] => await Kit.RunAsync(() => CandleBot.RunAsync(MacdBot.Decide)),
    ["grid"] => await Kit.RunAsync(GridBot.RunAsync),
    ["listener"] => await Kit.RunAsync(Listener.RunAsync),
    _ => Kit.Usage("rsi, macd, grid or listener"),
};
