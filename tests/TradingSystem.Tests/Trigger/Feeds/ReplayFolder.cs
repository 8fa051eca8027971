using System.IO.Compression;
using System.Text;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>Recordings written for a test, in a folder that goes with it.</summary>
internal sealed class ReplayFolder : IDisposable
{
    /// <summary>Midnight, a Monday.</summary>
    public static readonly DateTimeOffset Day = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("replay").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    /// <summary>A row of the exchange's twelve columns.</summary>
    public static string Row(DateTimeOffset open, TimeSpan length, decimal price, decimal volume = 1) =>
        FormattableString.Invariant($"{open.ToUnixTimeMilliseconds()},{price},{price},{price},{price},{volume},{(open + length).ToUnixTimeMilliseconds() - 1},0,0,0,0,0");

    public static IEnumerable<string> Rows(DateTimeOffset from, int count, TimeSpan length, decimal price = 100) =>
        Enumerable.Range(0, count).Select(i => Row(from + (i * length), length, price + i));

    public static IEnumerable<string> Minutes(DateTimeOffset from, int count, decimal price = 100) => Rows(from, count, TimeSpan.FromMinutes(1), price);

    /// <summary>Six columns, so that nothing but the spacing tells how long a bar is.</summary>
    public static string Short(DateTimeOffset open, decimal price = 100) =>
        FormattableString.Invariant($"{open.ToUnixTimeMilliseconds()},{price},{price},{price},{price},1");

    /// <summary>A path in the folder.</summary>
    public string Of(string name) => Path.Combine(_folder, name);

    public ReplayFile Csv(string name, IEnumerable<string> rows, string end = "\n") => Text(name, string.Join('\n', rows) + end);

    public ReplayFile Text(string name, string text)
    {
        var path = Of(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return ReplayFile.Open(path);
    }

    public ReplayFile Zip(string name, params (string Name, IEnumerable<string> Rows)[] entries)
    {
        var path = Of(name);
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            foreach (var (entry, rows) in entries)
            {
                using var text = new StreamWriter(archive.CreateEntry(entry).Open(), Encoding.UTF8);
                text.Write(string.Join('\n', rows) + "\n");
            }
        }

        return ReplayFile.Open(path);
    }
}
