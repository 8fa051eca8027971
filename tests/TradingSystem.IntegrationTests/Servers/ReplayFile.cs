using System.Globalization;
using System.Text;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A bar of the file.</summary>
internal sealed record ReplayBar(DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>A made-up recording in the exchange's candle format, the same in every run; 600 minutes of it are played in a minute at 600 times speed.</summary>
internal sealed class ReplayFile : IDisposable
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.FromUnixTimeMilliseconds(1_746_372_780_000L);

    private readonly string _folder = Directory.CreateTempSubdirectory("replay-").FullName;

    /// <param name="places">What prices are quoted in, behind the point.</param>
    /// <param name="minutes">How many bars.</param>
    public ReplayFile(string symbol = "BTCUSDT", decimal middle = 95_000m, int places = 1, int minutes = 3000)
    {
        Path = System.IO.Path.Combine(_folder, $"{symbol}-1m-2025.csv");
        var tick = new decimal(1, 0, 0, false, (byte)places);
        var wick = Math.Max(tick, decimal.Round(middle * 5 / 95_000m, places));
        var text = new StringBuilder("open_time,open,high,low,close,volume\n");
        var price = middle;
        var bars = new ReplayBar[minutes];
        for (var i = 0; i < minutes; i++)
        {
            // Two waves of different length cross their averages again and again, whatever the platform's random numbers.
            var share = (decimal)((800 * Math.Sin(i / 17.0)) + (300 * Math.Sin(i / 5.3))) / 95_000m;
            var next = decimal.Round(middle * (1 + share), places);
            var bar = bars[i] = new(Begin.AddMinutes(i), price, Math.Max(price, next) + wick, Math.Min(price, next) - wick, next, 12.5m + (i % 17));
            text.Append(CultureInfo.InvariantCulture, $"{bar.OpenTime.ToUnixTimeMilliseconds()},{bar.Open},{bar.High},{bar.Low},{bar.Close},{bar.Volume}\n");
            price = next;
        }

        Bars = bars;
        File.WriteAllText(Path, text.ToString());
    }

    public string Path { get; }

    public IReadOnlyList<ReplayBar> Bars { get; }

    public int IndexOf(DateTimeOffset opened) => (int)(opened - Begin).TotalMinutes;

    public void Dispose() => Directory.Delete(_folder, true);
}
