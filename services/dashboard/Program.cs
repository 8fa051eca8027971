using TradingSystem.Dashboard;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.Hosting;

return ResetAdminPassword.IsAsked(args)
    ? await ResetAdminPassword.RunAsync(args, new DashboardModule())
    : await ServiceApp.RunAsync("dashboard", args, new DashboardModule());
