using System.Globalization;
using System.Text;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>A bar of the file.</summary>
internal sealed record ReplayedBar(DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>An archive file of minutes that swing, so that every strategy finds something to do; the same in every run.</summary>
internal sealed class ReplayedMinutes : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2025, 3, 3, 0, 0, 0, TimeSpan.Zero);

    public ReplayedMinutes(int count)
    {
        Path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("replay-").FullName, "BTCUSDT-1m-2025-03-03.csv");
        var bars = new ReplayedBar[count];
        var lines = new StringBuilder("open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n");
        for (var n = 0; n < count; n++)
        {
            var (open, close) = (Price(n), Price(n + 1));
            var bar = bars[n] = new(Begin.AddMinutes(n), open, Math.Max(open, close) + 7.3m, Math.Min(open, close) - 5.9m, close, 12.345m + (n % 17));
            lines.Append(CultureInfo.InvariantCulture, $"{bar.OpenTime.ToUnixTimeMilliseconds()},{bar.Open},{bar.High},{bar.Low},{bar.Close},{bar.Volume},{bar.OpenTime.AddMinutes(1).ToUnixTimeMilliseconds() - 1},1,1,1,1,0\n");
        }

        Bars = bars;
        File.WriteAllText(Path, lines.ToString());
    }

    public string Path { get; }

    public IReadOnlyList<ReplayedBar> Bars { get; }

    public int IndexOf(DateTimeOffset opened) => (int)(opened - Begin).TotalMinutes;

    public void Dispose() => Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);

    /// <summary>Two swings of different length on each other, to the tick.</summary>
    private static decimal Price(int minute) => Math.Round((decimal)(95_000 + (900 * Math.Sin(minute / 9.0)) + (2_500 * Math.Sin(minute / 131.0))), 1);
}
