using Microsoft.AspNetCore.SignalR;

namespace TradingSystem.Dashboard.Live;

/// <summary>Sends to all pages. A page that does not read in time loses its connection and fetches again when it is back.</summary>
public sealed class LiveSender(IHubContext<LiveHub> hub, ILogger<LiveSender> log)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public async Task SendAsync(string method, object items, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await hub.Clients.All.SendAsync(method, items, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LiveSenderLog.TooSlow(log, method);
        }
    }
}

internal static partial class LiveSenderLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A page did not take '{Method}' in time")]
    public static partial void TooSlow(ILogger logger, string method);
}
