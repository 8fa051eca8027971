using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;

namespace TradingSystem.Hosting.Outbound;

/// <summary>An answer, whole.</summary>
public sealed record OutboundAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, string? ContentType, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>Where it came from: behind redirects another address than was called.</summary>
    public required Uri Address { get; init; }

    /// <summary>The header Last-Modified as it came; null without one.</summary>
    public string? LastModified { get; init; }

    /// <summary>The encoding that the header Content-Type names; null where it names none.</summary>
    public string? Charset { get; init; }
}

/// <summary>
/// Calls whatever is outside: public addresses only, unless a setting of the service allows more; an answer of bounded size; an end by a deadline
/// whatever the peer does. A few redirects are followed, each to an address that is checked like the first.
/// </summary>
public sealed class OutboundClient(OutboundGate gate, TimeProvider time) : IDisposable
{
    /// <summary>What a redirect to another origin takes along: it says what is wanted, and proves nothing.</summary>
    private static readonly string[] Plain = ["User-Agent", "Accept", "If-None-Match", "If-Modified-Since"];

    private readonly HttpMessageInvoker _http = new(gate.CreateHandler());

    /// <summary>For WebSockets: their connections are checked like any, sizes and times are the caller's affair.</summary>
    public HttpMessageInvoker Invoker => _http;

    /// <param name="request">Its body is not sent again to another address: a redirect that asks for it is an answer.</param>
    /// <param name="limits">Null: those of the settings.</param>
    /// <exception cref="OutboundRefusedException">The address, or one that it redirects to, may not be called.</exception>
    /// <exception cref="HttpRequestException">No connection, or one that broke; the answer is too large
    /// (<see cref="HttpRequestError.ConfigurationLimitExceeded"/>).</exception>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public async Task<OutboundAnswer> SendAsync(HttpRequestMessage request, OutboundLimits? limits, CancellationToken cancellationToken)
    {
        var (deadline, most) = limits ?? new(gate.Options.Deadline, gate.Options.MaxAnswerBytes);
        using var timer = new CancellationTokenSource(deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            var current = request;
            try
            {
                for (var redirects = 0; ; redirects++)
                {
                    using var response = await _http.SendAsync(current, both.Token);
                    if (redirects < gate.Options.MaxRedirects && Next(current, response) is { } next)
                    {
                        Release(current);
                        current = next;
                        continue;
                    }

                    var body = await ReadAsync(response.Content, most, both.Token);
                    return new(response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, body)
                    {
                        Address = current.RequestUri!,
                        LastModified = response.Content.Headers.NonValidated.TryGetValues("Last-Modified", out var modified) ? modified.ToString() : null,
                        Charset = response.Content.Headers.ContentType?.CharSet?.Trim('"'),
                    };
                }
            }
            finally
            {
                Release(current);
            }
        }
        catch (HttpRequestException e) when (e.InnerException is OutboundRefusedException)
        {
            throw new OutboundRefusedException(e.InnerException.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer of {request.RequestUri?.Host} within {deadline.TotalSeconds:0.###} s", e);
        }

        void Release(HttpRequestMessage message)
        {
            // The first one is the caller's.
            if (message != request)
            {
                message.Dispose();
            }
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The request that a redirect asks for; null where the answer is none that is followed.</summary>
    private static HttpRequestMessage? Next(HttpRequestMessage request, HttpResponseMessage response)
    {
        var reads = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
        var sees = response.StatusCode == HttpStatusCode.SeeOther;
        if (response.Headers.Location is not { } location
            || !(sees || (reads && response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)))
        {
            return null;
        }

        var target = new Uri(request.RequestUri!, location);
        // Never from TLS to none, and nothing but HTTP.
        if (target.Scheme != Uri.UriSchemeHttps && target.Scheme != request.RequestUri!.Scheme)
        {
            return null;
        }

        var next = new HttpRequestMessage(reads ? request.Method : HttpMethod.Get, target) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        // What proves who we are is for the one that was called.
        var sameOrigin = Uri.Compare(target, request.RequestUri, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (sameOrigin || Plain.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                next.Headers.TryAddWithoutValidation(name, values);
            }
        }

        return next;
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var whole = new MemoryStream();
        var part = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(part, cancellationToken)) > 0)
        {
            // Counted unpacked: a small answer may grow.
            if (whole.Length + read > most)
            {
                throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, $"the answer is larger than {most} bytes");
            }

            whole.Write(part, 0, read);
        }

        return whole.ToArray();
    }
}

/// <param name="Deadline">Until the whole answer is there.</param>
/// <param name="MaxAnswerBytes">Of its body, unpacked.</param>
public readonly record struct OutboundLimits(TimeSpan Deadline, int MaxAnswerBytes);
