namespace TradingSystem.Diary.Timeline;

/// <summary>
/// Lets other origins' pages read the diary. It stands before authentication because a preflight request carries no token.
/// </summary>
public sealed class ReaderCors : IStartupFilter
{
    public const string Policy = "diary-readers";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseWhen(context => IsReader(context.Request.Path), reader => reader.UseCors(Policy));
        next(app);
    };

    private static bool IsReader(PathString path) => path == "/diary" || path == "/state" || path == "/meta";
}
