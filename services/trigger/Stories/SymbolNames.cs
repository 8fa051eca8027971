namespace TradingSystem.Trigger.Stories;

/// <summary>What people call the assets that symbols are of.</summary>
internal static class SymbolNames
{
    /// <summary>Quote currencies that end a symbol, longer ones first.</summary>
    public static readonly IReadOnlyList<string> Quotes = ["FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD", "EUR", "GBP", "JPY", "TRY", "BRL", "BTC", "ETH", "BNB"];

    /// <summary>Tickers that are words of their own, even in capitals: they count with a $ before them, or as a tag.</summary>
    public static readonly IReadOnlySet<string> Words = new HashSet<string>(StringComparer.Ordinal)
    {
        "AI", "ANY", "AR", "AUDIO", "BAND", "BAT", "COMP", "DASH", "DOT", "ETC", "FLOW", "FUN", "GALA", "GAS", "GMT", "HOT", "ICE", "ID", "IO", "IP", "JST", "KEY", "LINK", "LIT", "MAGIC",
        "MASK", "MOVE", "NEAR", "NEO", "NOT", "ONE", "OP", "PEOPLE", "REN", "RENDER", "SAND", "SUN", "SUPER", "TON", "TRUMP", "UNI", "WIN",
    };

    /// <summary>
    /// Names by asset. One that is a word of its own has to be written with a capital, and at the beginning of a sentence is taken for the asset.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string[]> All = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["BTC"] = ["bitcoin"],
        ["ETH"] = ["ethereum", "ether"],
        ["SOL"] = ["solana"],
        ["XRP"] = ["Ripple"],
        ["BNB"] = ["binance coin", "bnb chain"],
        ["ADA"] = ["cardano"],
        ["DOGE"] = ["dogecoin"],
        ["SHIB"] = ["shiba inu"],
        ["DOT"] = ["polkadot"],
        ["LTC"] = ["litecoin"],
        ["BCH"] = ["bitcoin cash"],
        ["ETC"] = ["ethereum classic"],
        ["LINK"] = ["chainlink"],
        ["AVAX"] = ["Avalanche"],
        ["MATIC"] = ["Polygon"],
        ["POL"] = ["Polygon"],
        ["UNI"] = ["uniswap"],
        ["XLM"] = ["stellar lumens", "Stellar"],
        ["TRX"] = ["Tron", "TRON"],
        ["TON"] = ["toncoin"],
        ["ATOM"] = ["cosmos hub", "cosmos network"],
        ["NEAR"] = ["near protocol"],
        ["APT"] = ["Aptos"],
        ["ARB"] = ["Arbitrum"],
        ["OP"] = ["optimism network", "optimism foundation"],
        ["XMR"] = ["monero"],
        ["FIL"] = ["filecoin"],
        ["HBAR"] = ["hedera"],
        ["AAVE"] = ["aave"],
        ["HYPE"] = ["hyperliquid"],
        ["ZEC"] = ["zcash"],
    };
}
