using TradingSystem.Hosting.Settings;

namespace TradingSystem.Dashboard.BotTokens;

/// <summary>How often one trading group's token may ask over REST. From <c>BOTTOKENS__…</c>.</summary>
public sealed class BotTokenOptions
{
    /// <summary>In the long run.</summary>
    public int RequestsPerSecond { get; set; } = 20;

    /// <summary>At once after a pause.</summary>
    public int RequestBurst { get; set; } = 60;

    public static BotTokenOptions Read(IConfiguration configuration)
    {
        var options = configuration.Read<BotTokenOptions>("BotTokens");
        return options.RequestsPerSecond >= 1 && options.RequestBurst >= 1
            ? options
            : throw new InvalidOperationException("BotTokens:RequestsPerSecond and BotTokens:RequestBurst must be at least 1.");
    }
}
