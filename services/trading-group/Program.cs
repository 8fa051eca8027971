using TradingSystem.Hosting;
using TradingSystem.TradingGroup;

return await ServiceApp.RunAsync("trading-group", args, new TradingGroupModule());
