using Microsoft.Extensions.Logging;

namespace TradingSystem.Venues.Streams;

/// <summary>Some accounts need several connections: the account's stream is open when each has been ready once.</summary>
public sealed class StreamStart(int connections)
{
    private int _missing = connections;

    /// <summary>To be called once by each connection; true for the last.</summary>
    public bool IsComplete() => Interlocked.Decrement(ref _missing) == 0;
}

internal static partial class StreamLog
{
    [LoggerMessage(1, LogLevel.Warning, "Private stream ended: {Reason}")]
    public static partial void Ended(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Error, "Private stream: a message could not be read: {Detail}")]
    public static partial void Unreadable(ILogger logger, string detail);
}
