using System.Diagnostics;

namespace TradingSystem.TestSupport.Servers;

/// <summary>Waits for a condition that must come to hold. How long is no statement about the product: it is for a machine whose cores are all taken.</summary>
public static class Wait
{
    /// <summary>The longest that anything is waited for which must happen. Only a failing test waits so long.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(3);

    // Soon at first; whoever takes longer is not asked so often that it is held up by it.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>The same of what can be asked at once.</summary>
    public static Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => Task.FromResult(condition()));

    public static Task UntilAsync(string what, Func<Task<bool>> condition) => UntilAsync(what, Most, condition);

    /// <param name="what">For the error, which carries the last exception's message too.</param>
    /// <param name="deadline">Where it is longer or shorter than for the rest.</param>
    /// <param name="condition">False or an exception: not yet.</param>
    public static async Task UntilAsync(string what, TimeSpan deadline, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        var pause = FirstPause;
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

            await Task.Delay(pause);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 3 / 2, LongestPause.Ticks));
        }

        throw new TimeoutException($"Not within {deadline.TotalSeconds:0} s: {what}. {last?.Message}");
    }

    public static Task<T> ForAsync<T>(string what, Func<Task<T?>> read)
        where T : class => ForAsync(what, Most, read);

    /// <inheritdoc cref="UntilAsync(string, TimeSpan, Func{Task{bool}})"/>
    public static async Task<T> ForAsync<T>(string what, TimeSpan deadline, Func<Task<T?>> read)
        where T : class
    {
        T? result = null;
        await UntilAsync(what, deadline, async () => (result = await read()) is not null);
        return result!;
    }
}
