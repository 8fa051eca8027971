using System.Net.Http.Headers;

namespace TradingSystem.Venues.Http;

public enum HttpFailure
{
    None,

    /// <summary>No connection came about: certainly not received.</summary>
    NotSent,

    /// <summary>The deadline passed or the connection broke: it may have been received.</summary>
    Lost,
}

/// <param name="Status">0 without an answer.</param>
/// <param name="Detail">With a failure, what happened.</param>
public sealed record HttpAnswer(HttpFailure Failure, int Status, ReadOnlyMemory<byte> Body, HttpResponseHeaders? Headers, string Detail)
{
    public string? Header(string name) => Headers is not null && Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    public TimeSpan? RetryAfter => Headers?.RetryAfter?.Delta;
}

/// <summary>One exchange of request and answer under a deadline. Nothing is repeated here, and no failure of the network throws.</summary>
public sealed class VenueHttp(HttpMessageInvoker http, TimeProvider time)
{
    private const int LargestBody = 32 * 1024 * 1024;

    /// <exception cref="OperationCanceledException">The caller's token, not the deadline.</exception>
    public async Task<HttpAnswer> SendAsync(HttpRequestMessage request, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, both.Token);
            var body = await ReadAsync(response.Content, both.Token);
            return new(HttpFailure.None, (int)response.StatusCode, body, response.Headers, "");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(HttpFailure.Lost, $"no answer within {deadline.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException e)
        {
            // Only what fails before a connection stands is certain; the handler repeats no request whose body it has begun to send.
            var kind = e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
                ? HttpFailure.NotSent
                : HttpFailure.Lost;
            return Failed(kind, e.InnerException is HttpRequestException refused ? refused.Message : e.HttpRequestError.ToString());
        }
        catch (IOException e)
        {
            return Failed(HttpFailure.Lost, e.GetType().Name);
        }
    }

    private static HttpAnswer Failed(HttpFailure failure, string detail) => new(failure, 0, default, null, detail);

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var whole = new MemoryStream();
        var part = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(part, cancellationToken)) > 0)
        {
            whole.Write(part, 0, read);
            if (whole.Length > LargestBody)
            {
                throw new IOException("The answer is too long.");
            }
        }

        return whole.ToArray();
    }
}
