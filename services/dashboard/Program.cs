using TradingSystem.Dashboard;
using TradingSystem.Hosting;

return await ServiceApp.RunAsync("dashboard", args, new DashboardModule());
