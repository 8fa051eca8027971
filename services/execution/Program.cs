using TradingSystem.Execution;
using TradingSystem.Hosting;

return args.Contains(RewrapCommand.Switch)
    ? await RewrapCommand.RunAsync(args)
    : await ServiceApp.RunAsync("execution", args, new ExecutionModule());
