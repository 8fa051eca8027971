using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using TradingSystem.Dashboard.Forwarding;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Documents;

/// <summary>
/// The OpenAPI document of the one REST front: the services' own documents in one. A service that does not answer is left out and named
/// in <c>info.x-unavailable</c>.
/// </summary>
public sealed class FrontDocument(
    ForwardOptions options,
    EdgeOptions edge,
    [FromKeyedServices(FrontDocument.Version)] IOpenApiDocumentProvider own,
    IOptionsMonitor<OpenApiOptions> format,
    TimeProvider time,
    ILogger<FrontDocument> log) : IDisposable
{
    public const string Version = "v1";

    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Routes change with a deployment only; what is missing may be back in a moment.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan KeptIncomplete = TimeSpan.FromSeconds(2);

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = options.DocumentDeadline,
        MaxResponseContentBufferSize = MaxBytes,
    };

    private readonly Lock _lock = new();
    private Task<Built>? _current;

    public async Task<byte[]> GetAsync(CancellationToken cancellationToken)
    {
        Task<Built> current;
        lock (_lock)
        {
            // All who ask meanwhile wait for the same build; one of them leaving does not end it.
            if (_current is null || (_current.IsCompleted && IsOld(_current)))
            {
                _current = Task.Run(BuildAsync, CancellationToken.None);
            }

            current = _current;
        }

        return (await current.WaitAsync(cancellationToken)).Json;
    }

    public void Dispose() => _client.Dispose();

    private bool IsOld(Task<Built> built) => !built.IsCompletedSuccessfully || built.Result.GoodUntil <= time.GetUtcNow();

    private async Task<Built> BuildAsync()
    {
        var targets = options.Targets.ToList();
        var answers = await Task.WhenAll(targets.Select(FetchAsync));
        var mine = await own.GetOpenApiDocumentAsync();
        var front = JsonNode.Parse(await mine.SerializeAsJsonAsync(format.Get(Version).OpenApiVersion))!.AsObject();

        var merged = OpenApiMerge.Merge(front, targets.Zip(answers).Where(a => a.Second is not null).Select(a => new ServiceDocument(a.First, a.Second!)));
        var missing = targets.Zip(answers).Where(a => a.Second is null).Select(a => (JsonNode)a.First.Service).ToArray();
        FrontAnswers.Describe(merged, targets);
        var info = merged["info"]!.AsObject();
        info["title"] = $"TradingSystem | {Version}";
        if (missing.Length > 0)
        {
            info["x-unavailable"] = new JsonArray(missing);
        }

        // Relative to where the document was read: right behind every proxy.
        merged["servers"] = new JsonArray(new JsonObject { ["url"] = edge.BasePath.HasValue ? edge.BasePath.Value : "/" });
        return new Built(Encoding.UTF8.GetBytes(merged.ToJsonString()), time.GetUtcNow() + (missing.Length == 0 ? Kept : KeptIncomplete));
    }

    private async Task<JsonObject?> FetchAsync(ForwardTarget target)
    {
        try
        {
            var json = await _client.GetByteArrayAsync(new Uri(target.Address, $"/openapi/{Version}.json"));
            if (JsonNode.Parse(json, documentOptions: Strict) is JsonObject document && document["openapi"] is JsonValue)
            {
                return document;
            }

            FrontDocumentLog.Unavailable(log, target.Service, "not an OpenAPI document");
        }
        catch (OperationCanceledException)
        {
            FrontDocumentLog.Unavailable(log, target.Service, "timeout");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            FrontDocumentLog.Unavailable(log, target.Service, e.Message);
        }

        return null;
    }

    private sealed record Built(byte[] Json, DateTimeOffset GoodUntil);
}

internal static partial class FrontDocumentLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The OpenAPI document is without {Service}: {Reason}")]
    public static partial void Unavailable(ILogger logger, string service, string reason);
}
