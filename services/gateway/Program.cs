using TradingSystem.Gateway;
using TradingSystem.Hosting;

return await ServiceApp.RunAsync("gateway", args, new GatewayModule());
