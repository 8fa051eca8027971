using System.Globalization;
using System.Text;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Benchmarks.Micro;

/// <summary>A month of one-minute candles as a csv file in memory, drawn from a fixed seed.</summary>
internal sealed class CandleMonth
{
    public const int Count = 43_200;

    private readonly byte[] _file = Draw();

    /// <summary>Read anew each time, as a replay reads them.</summary>
    public IEnumerable<ReplayBar> Rows()
    {
        using var reader = new ReplayReader("month", new StreamReader(new MemoryStream(_file)));
        while (reader.NextBar() is { } bar)
        {
            yield return bar;
        }
    }

    private static byte[] Draw()
    {
        var random = new Random(20_250_504);
        var (text, close) = (new StringBuilder("open_time,open,high,low,close,volume\n"), 96_000m);
        for (var i = 0; i < Count; i++)
        {
            var open = close;
            close += random.Next(-400, 401) / 10m;
            var (high, low) = (Math.Max(open, close) + (random.Next(100) / 10m), Math.Min(open, close) - (random.Next(100) / 10m));
            text.Append(CultureInfo.InvariantCulture, $"{1_746_403_200_000 + (60_000L * i)},{open},{high},{low},{close},{random.Next(50_000) / 1000m}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
