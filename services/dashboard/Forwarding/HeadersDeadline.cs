namespace TradingSystem.Dashboard.Forwarding;

/// <summary>Throws a <see cref="TimeoutException"/> when the headers of an answer do not come within a time; its body may take longer.</summary>
internal sealed class HeadersDeadline(TimeSpan within, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(within);
        try
        {
            return await base.SendAsync(request, deadline.Token);
        }
        catch (Exception e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {within.TotalSeconds} s.", e);
        }
    }
}
