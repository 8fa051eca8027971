using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TradingSystem.Client;

/// <summary>Reads REST with the token of the socket.</summary>
internal sealed partial class RestReader(TradingClientOptions options)
{
    // The token goes nowhere else. A connection does not outlive a change of the address by much.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <exception cref="RestException">Names the status and body of another answer.</exception>
    public async Task<JsonElement> ReadAsync(string path, Dictionary<string, object?>? query, TimeSpan? deadline, CancellationToken cancellationToken)
    {
        if (!RestPath().IsMatch(path))
        {
            throw new ArgumentException("path: expected what follows /api/v1/, such as positions or orders/open");
        }

        var given = string.Join('&', (query ?? []).Where(q => q.Value is not null).Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(Text(q.Value!))}"));
        var address = new Uri((options.RestUrl ?? options.Url).Rest, given.Length > 0 ? $"{path}?{given}" : path);
        using var late = new CancellationTokenSource(deadline ?? options.Deadline, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", options.Token) } };
        try
        {
            using var answer = await Http.SendAsync(request, either.Token);
            var text = await answer.Content.ReadAsStringAsync(either.Token);
            return answer.StatusCode == HttpStatusCode.OK ? Json(path, text) : throw new RestException(path, (int)answer.StatusCode, text);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoReplyException($"no answer of {address.GetLeftPart(UriPartial.Path)} within {deadline ?? options.Deadline}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new NoReplyException($"no answer of {address.GetLeftPart(UriPartial.Path)}: {e.Message}");
        }
    }

    private static string Text(object value) => value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";

    private static JsonElement Json(string path, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new RestException(path, 200, $"no JSON: {text}");
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\z")]
    private static partial Regex RestPath();
}
