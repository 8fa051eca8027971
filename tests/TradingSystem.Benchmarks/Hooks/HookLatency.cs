using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using TradingSystem.Benchmarks.Load.Peers;
using TradingSystem.Benchmarks.Load.Report;

namespace TradingSystem.Benchmarks.Hooks;

/// <summary>
/// How long a sender of alerts waits: <c>POST /hooks/{name}</c> of the standalone process, kept and published with fsync before each answer, beside an endpoint
/// of the same process that does nothing. The goal is 50 ms in 99 of 100 of the alerts that come at the rate of a service of alerts; clients who send as soon as
/// they are answered show beside it what is so when the machine is full.
/// </summary>
internal static class HookLatency
{
    public const string Argument = "hooks";

    private const int WarmUp = 1_000;
    private const int Measured = 2_000;
    private const int PerSecond = 100;
    private const double GoalMs = 50;

    /// <summary>Writes a table to <c>results</c>; 1 where the goal is missed.</summary>
    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("hook-latency-").FullName;
        // PostgreSQL runs as another user.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        try
        {
            await using var peer = new ProductPeer(folder, ["standalone"]);
            await peer.StartAsync();
            var path = await peer.HookAsync();
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{peer.Port}"), Timeout = TimeSpan.FromSeconds(10) };
            return await MeasureAsync(http, path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(HttpClient http, string path)
    {
        var sent = 0;
        Task Alert() => PostAsync(http, path, Interlocked.Increment(ref sent));
        Task Nothing() => AskAsync(http.GetAsync(new Uri("/livez", UriKind.Relative)), HttpStatusCode.OK);
        await ClosedAsync(Alert, clients: 4, WarmUp);
        await ClosedAsync(Nothing, clients: 4, WarmUp);

        var rows = new List<(string What, double[] Baseline, double[] Alerts)>();
        foreach (var clients in new[] { 1, 4, 20 })
        {
            rows.Add(($"{clients} one after the other", await ClosedAsync(Nothing, clients, Measured), await ClosedAsync(Alert, clients, Measured)));
        }

        rows.Add(($"{PerSecond} a second", await PacedAsync(Nothing), await PacedAsync(Alert)));
        var report = Report(rows);
        Console.WriteLine(report);
        await File.WriteAllTextAsync(Target(), report);
        return At(rows[^1].Alerts, 0.99) <= GoalMs ? 0 : 1;
    }

    private static string Report(List<(string What, double[] Baseline, double[] Alerts)> rows)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Webhooks, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}\n\n`make bench ARGS={Argument}` on {Machine.Read()}.\n");
        text.AppendLine("POST /hooks/{name} with a key, in the standalone process on PostgreSQL with fsync, and GET /livez of the same process; milliseconds.\n");
        text.Append(CultureInfo.InvariantCulture, $"The goal, an alert's p99 of at most {GoalMs} ms, is that of the row of {PerSecond} a second, a rate that a service of alerts gets. ");
        text.AppendLine("Clients who send one after the other, as soon as they are answered, show how it is when the machine is full.\n");
        text.AppendLine("| clients | nothing p50 | nothing p99 | alert p50 | alert p99 | p50 ratio | p99 ratio |\n|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (what, baseline, alerts) in rows)
        {
            var (b50, b99, a50, a99) = (At(baseline, 0.5), At(baseline, 0.99), At(alerts, 0.5), At(alerts, 0.99));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {b50:0.00} | {b99:0.00} | {a50:0.00} | {a99:0.00} | {a50 / b50:0.0} | {a99 / b99:0.0} |");
        }

        return text.ToString();
    }

    /// <summary>Each client sends when it has its answer.</summary>
    private static async Task<double[]> ClosedAsync(Func<Task> send, int clients, int count)
    {
        var (times, left) = (new ConcurrentBag<double>(), count);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                times.Add(await TimedAsync(send));
            }
        }));
        return Sorted(times);
    }

    /// <summary>One is sent when its time has come, whoever still waits; the time counts from then.</summary>
    private static async Task<double[]> PacedAsync(Func<Task> send)
    {
        var times = new ConcurrentBag<double>();
        var all = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1d / PerSecond), TimeProvider.System);
        for (var i = 0; i < Measured && await timer.WaitForNextTickAsync(); i++)
        {
            all.Add(Task.Run(async () => times.Add(await TimedAsync(send))));
        }

        await Task.WhenAll(all);
        return Sorted(times);
    }

    private static async Task<double> TimedAsync(Func<Task> send)
    {
        var began = Stopwatch.GetTimestamp();
        await send();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static async Task PostAsync(HttpClient http, string path, int number)
    {
        using var body = new StringContent(
            string.Create(CultureInfo.InvariantCulture, $$"""{"id":"a{{number}}","ticker":"BTCUSDT","price":{{60_000 + (number % 100)}}.5,"side":"buy","note":"breakout"}"""));
        await AskAsync(http.PostAsync(new Uri(path, UriKind.Relative), body), HttpStatusCode.Accepted);
    }

    private static async Task AskAsync(Task<HttpResponseMessage> asked, HttpStatusCode status)
    {
        using var answer = await asked;
        if (answer.StatusCode != status)
        {
            throw new InvalidOperationException($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }

    private static double[] Sorted(IEnumerable<double> times) => [.. times.Order()];

    private static double At(double[] sorted, double quantile) => sorted[(int)Math.Ceiling(quantile * sorted.Length) - 1];

    private static string Target([CallerFilePath] string source = "") => Path.Combine(
        Path.GetDirectoryName(Path.GetDirectoryName(source))!, "results",
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + "-hooks.md");
}
