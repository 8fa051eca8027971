using TradingSystem.Hosting;
using TradingSystem.Trigger;

return await ServiceApp.RunAsync("trigger", args, new TriggerModule());
