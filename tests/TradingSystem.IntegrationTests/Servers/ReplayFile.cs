using System.Globalization;
using System.Text;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A made-up recording in the exchange's candle format, long enough for five minutes at 600 times speed.</summary>
internal sealed class ReplayFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("replay-").FullName;

    /// <param name="places">What prices are quoted in, behind the point.</param>
    public ReplayFile(string symbol = "BTCUSDT", decimal middle = 95_000m, int places = 1)
    {
        Path = System.IO.Path.Combine(_folder, $"{symbol}-1m-2025.csv");
        var tick = new decimal(1, 0, 0, false, (byte)places);
        var wick = Math.Max(tick, decimal.Round(middle * 5 / 95_000m, places));
        var text = new StringBuilder("open_time,open,high,low,close,volume\n");
        var time = 1_746_372_780_000L;
        var price = middle;
        for (var i = 0; i < 3000; i++)
        {
            // Two waves of different length cross their averages again and again, whatever the platform's random numbers.
            var share = (decimal)((800 * Math.Sin(i / 17.0)) + (300 * Math.Sin(i / 5.3))) / 95_000m;
            var next = decimal.Round(middle * (1 + share), places);
            text.Append(CultureInfo.InvariantCulture, $"{time},{price},{Math.Max(price, next) + wick},{Math.Min(price, next) - wick},{next},12.5\n");
            price = next;
            time += 60_000;
        }

        File.WriteAllText(Path, text.ToString());
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(_folder, true);
}
