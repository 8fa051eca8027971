namespace TradingSystem.Venues.Okx;

/// <summary><c>BTCUSDT</c> is <c>BTC-USDT-SWAP</c> there.</summary>
public static class OkxSymbols
{
    private const string Quote = "USDT";
    private const string Ending = "-USDT-SWAP";

    public static string ToVenue(string symbol) => symbol.EndsWith(Quote, StringComparison.Ordinal) ? symbol[..^Quote.Length] + Ending : symbol;

    /// <summary>Null for what is no USDT-margined perpetual.</summary>
    public static string? FromVenue(string instId) => instId.EndsWith(Ending, StringComparison.Ordinal) ? instId[..^Ending.Length] + Quote : null;
}
