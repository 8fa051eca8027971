using TradingSystem.Dashboard;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.Diary;
using TradingSystem.Execution;
using TradingSystem.Gateway;
using TradingSystem.Hosting;
using TradingSystem.TradingGroup;
using TradingSystem.Trigger;

if (args.Contains(RewrapCommand.Switch))
{
    return await RewrapCommand.RunAsync(args);
}

if (ResetAdminPassword.IsAsked(args))
{
    return await ResetAdminPassword.RunAsync(args, new DashboardModule());
}

return await ServiceApp.RunAsync(
    "standalone",
    args,
    new GatewayModule(),
    new TriggerModule(),
    new TradingGroupModule(),
    new ExecutionModule(),
    new DiaryModule(),
    new DashboardModule());
