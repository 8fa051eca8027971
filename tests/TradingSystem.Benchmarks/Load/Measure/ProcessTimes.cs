using System.Globalization;

namespace TradingSystem.Benchmarks.Load.Measure;

/// <summary>Processor time and memory from /proc.</summary>
internal static class ProcessTimes
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of user and system time of a process, everything below it, and the children it has buried.</summary>
    public static double CpuSeconds(int root)
    {
        var all = Directory.GetDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null)
            .OfType<Entry>()
            .ToLookup(e => e.Parent);
        var start = Read(root) ?? throw new InvalidOperationException($"Process {root} has ended.");
        return Sum(start, all) / TicksPerSecond;
    }

    /// <summary>Seconds that each living thread of a .NET process has spent on compiling hot methods once more. Such threads come and go.</summary>
    public static IEnumerable<(int Thread, double Seconds)> CompileSeconds(int pid) =>
        Directory.GetDirectories($"/proc/{pid}/task")
            .Select(task => int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture))
            .Select(thread => Read($"/proc/{pid}/task/{thread}/stat", thread))
            .OfType<Entry>()
            .Where(e => e.Name.StartsWith(".NET Tiered", StringComparison.Ordinal))
            .Select(e => (e.Pid, e.Own / TicksPerSecond));

    public static long ResidentBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static long Sum(Entry entry, ILookup<int, Entry> children) =>
        entry.Ticks + children[entry.Pid].Sum(c => Sum(c, children));

    private static Entry? Read(int pid) => Read($"/proc/{pid}/stat", pid);

    private static Entry? Read(string file, int id)
    {
        try
        {
            var stat = File.ReadAllText(file);
            // The name, in parentheses, may hold spaces; the fields after it do not.
            var (begin, end) = (stat.IndexOf('(') + 1, stat.LastIndexOf(')'));
            var fields = stat[(end + 2)..].Split(' ');
            long Field(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
            return new Entry(id, (int)Field(1), stat[begin..end], Field(11) + Field(12), Field(13) + Field(14));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Entry(int Pid, int Parent, string Name, long Own, long Buried)
    {
        public long Ticks => Own + Buried;
    }
}
