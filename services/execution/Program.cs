using TradingSystem.Execution;
using TradingSystem.Hosting;

return await ServiceApp.RunAsync("execution", args, new ExecutionModule());
