using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.BotTokens;

/// <summary>Asks a gateway that runs apart. It is told the token's hash, and believes the client's address because we sign for it.</summary>
/// <param name="gateway">Null where there is none: no token is good then.</param>
public sealed class RemoteTokenOwners(Uri? gateway, JwtIssuer issuer, TimeProvider time) : ITokenOwners, IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<string, object> Claims = new() { ["sub"] = "dashboard", ["role"] = Roles.Front };

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        MaxConnectionsPerServer = 32,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = TokenExchange.Deadline,
        MaxResponseContentBufferSize = 4096,
    };

    public async Task<TokenVerdict> FindAsync(byte[] hash, IPAddress address, CancellationToken cancellationToken)
    {
        if (gateway is null)
        {
            return new TokenVerdict.Unavailable();
        }

        var now = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, TokenQuestion.Path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Create(Claims, now, now + Life));
        request.Content = JsonContent.Create(new TokenQuestion(hash, address.ToString()), TokenJson.Default.TokenQuestion);
        using var answer = await _client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync(TokenJson.Default.TokenVerdict, cancellationToken) ?? new TokenVerdict.Unavailable();
    }

    public void Dispose() => _client.Dispose();
}
