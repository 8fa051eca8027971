using TradingSystem.Diary;
using TradingSystem.Hosting;

return await ServiceApp.RunAsync("diary", args, new DiaryModule());
