using System.Diagnostics;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>Waits for a condition with a deadline.</summary>
public static class Wait
{
    public static async Task UntilAsync(string what, TimeSpan deadline, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        Exception? last = null;
        while (watch.Elapsed < deadline)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                last = e;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"Not within {deadline.TotalSeconds:0} s: {what}. {last?.Message}");
    }

    public static async Task<T> ForAsync<T>(string what, TimeSpan deadline, Func<Task<T?>> read)
        where T : class
    {
        T? result = null;
        await UntilAsync(what, deadline, async () => (result = await read()) is not null);
        return result!;
    }
}
