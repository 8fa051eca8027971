using TradingSystem.Dashboard;
using TradingSystem.Diary;
using TradingSystem.Execution;
using TradingSystem.Gateway;
using TradingSystem.Hosting;
using TradingSystem.TradingGroup;
using TradingSystem.Trigger;

return await ServiceApp.RunAsync(
    "standalone",
    args,
    new GatewayModule(),
    new TriggerModule(),
    new TradingGroupModule(),
    new ExecutionModule(),
    new DiaryModule(),
    new DashboardModule());
