using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>Every route, asked by everybody, over the real pipeline and through the one front.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed partial class RoleTests(bool distributed)
{
    private TradingCluster _cluster = null!;
    private string _bot = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed);
        (_, _bot) = await _cluster.AddGroupAsync("roles");
    }

    [OneTimeTearDown]
    public ValueTask StopAsync() => _cluster.DisposeAsync();

    [Test]
    public async Task A_route_is_open_to_its_role_and_those_above_and_to_nobody_else()
    {
        var wrong = new List<string>();
        foreach (var line in RoleTable.Lines)
        {
            foreach (var (who, token) in new[] { ("nobody", null), ("a bot", _bot) }.Concat(Roles.All.Select(r => (r, (string?)TokenOf(r)))))
            {
                var (status, body) = await AskAsync(line, token);
                var expected = Expected(line, who);
                if (expected is null ? status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden : status != expected)
                {
                    wrong.Add($"{line} by {who}: {status} {body}");
                }
                else if (expected is not null && line.Method != "HEAD" && JsonNode.Parse(body)?["detail"]?[0]?["rule"] is null)
                {
                    wrong.Add($"{line} by {who}: {status} without a reason: {body}");
                }
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public async Task A_token_without_a_role_or_with_one_that_is_none_opens_nothing()
    {
        foreach (var role in new[] { "", "root", "Viewer" })
        {
            Assert.That((await AskAsync(new("viewer", "GET", "/api/v1/orders"), TokenOf(role))).Status, Is.EqualTo(HttpStatusCode.Forbidden), role);
        }
    }

    /// <summary>Null for anything else than 401 and 403.</summary>
    private static HttpStatusCode? Expected(RoleLine line, string who) => line.Who switch
    {
        // It wants the cookie of a browser.
        RoleTable.Anybody when line.Path == "/api/v1/auth/refresh" => HttpStatusCode.Unauthorized,
        RoleTable.Anybody => null,
        RoleTable.Bot => who == "a bot" ? null : HttpStatusCode.Unauthorized,
        _ when !Roles.All.Contains(who) => HttpStatusCode.Unauthorized,
        _ => Rank(who) >= Rank(line.Who) ? null : HttpStatusCode.Forbidden,
    };

    private static int Rank(string role) => Roles.All.ToList().IndexOf(role);

    /// <summary>With a body that breaks a rule and ids that are nobody's, so that nothing is done.</summary>
    private async Task<(HttpStatusCode Status, string Body)> AskAsync(RoleLine line, string? token)
    {
        using var client = new HttpClient();
        var method = new HttpMethod(line.Method == "*" ? "GET" : line.Method);
        using var request = new HttpRequestMessage(method, new Uri(_cluster.Front, Parameter().Replace(line.Path, m => m.Value switch
        {
            "{documentName}" => "v1",
            "{name}" => "pong",
            "{symbol}" => "BTCUSDT",
            _ => Guid.NewGuid().ToString(),
        })));
        request.Content = method == HttpMethod.Get || method == HttpMethod.Head ? null : new StringContent("[]", Encoding.UTF8, "application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string TokenOf(string role)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = JwtValidation.Issuer,
            Audience = JwtValidation.Issuer,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(10),
            Claims = new Dictionary<string, object> { ["sub"] = $"test-{role}", ["role"] = role },
            SigningCredentials = new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(TradingCluster.SigningKey)), SecurityAlgorithms.HmacSha256),
        });
    }

    [GeneratedRegex(@"\{\w+}")]
    private static partial Regex Parameter();
}
