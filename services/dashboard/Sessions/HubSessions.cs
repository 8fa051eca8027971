using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.SignalR;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Sessions;

/// <summary>The pages that are connected to this node, to end those whose session ends.</summary>
/// <param name="tell">Tells a page, by its connection, why its session ended.</param>
public sealed class HubSessions(Func<string, string, CancellationToken, Task> tell)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, HubCallerContext> _pages = new();

    public void Add(HubCallerContext page) => _pages[page.ConnectionId] = page;

    public void Remove(HubCallerContext page) => _pages.TryRemove(page.ConnectionId, out _);

    /// <summary>Tells the pages that <paramref name="revoked"/> refuses why, and ends them.</summary>
    public async Task CloseAsync(RevokedSessions revoked, CancellationToken cancellationToken)
    {
        foreach (var (id, page) in _pages)
        {
            if (revoked.ReasonOf(page.User ?? new ClaimsPrincipal()) is not { } reason)
            {
                continue;
            }

            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Deadline);
            try
            {
                await tell(id, reason, deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // It does not read; it is ended all the same.
            }

            Remove(page);
            page.Abort();
        }
    }
}
