using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Report;

namespace TradingSystem.Benchmarks.Load;

/// <summary>Measures and writes the tables.</summary>
internal static class LoadCommand
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        LoadOptions options;
        try
        {
            options = LoadOptions.Parse(args);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            await Console.Error.WriteLineAsync(LoadOptions.Usage);
            return 2;
        }

        var machine = Machine.Read();
        var results = await new LoadRun(options).RunAsync();
        var medians = Summary.Medians(results);
        var date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var command = string.Join(' ', args.TakeWhile(a => a != "--note").Prepend("load"));
        var report = Markdown.Write($"Load, {date}", $"make bench ARGS='{command}'", machine, options, medians);
        Console.WriteLine(report);
        var target = Path.Combine(ResultsFolder(), $"{date}-{options.Name}");
        await File.WriteAllTextAsync(target + ".md", report);
        await File.WriteAllTextAsync(target + ".json", JsonSerializer.Serialize(new { date, machine, options, medians, results }, JsonOptions) + "\n");
        return results.Any(r => r.Failed > 0) ? 1 : 0;
    }

    private static string ResultsFolder([CallerFilePath] string source = "")
    {
        var project = Path.GetDirectoryName(Path.GetDirectoryName(source))!;
        var folder = Path.Combine(Directory.Exists(project) ? project : Environment.CurrentDirectory, "results");
        Directory.CreateDirectory(folder);
        return folder;
    }
}
