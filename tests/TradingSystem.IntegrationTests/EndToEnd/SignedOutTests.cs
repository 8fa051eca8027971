using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>Each service checks tokens itself, and each hears that one was revoked.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class SignedOutTests(bool distributed)
{
    private static readonly string[] OneOfEach = ["/api/v1/groups", "/api/v1/market", "/api/v1/hosted-groups", "/api/v1/orders", "/api/v1/events", "/api/v1/users/me"];

    [Test]
    public async Task A_token_of_a_session_that_signed_out_is_refused_by_every_service()
    {
        var cluster = await UsualProduct.AskAsync(distributed);
        using var http = new HttpClient { BaseAddress = cluster.Front };
        using var login = await http.PostAsJsonAsync("/api/v1/auth/login", new { username = TradingCluster.AdminName, password = TradingCluster.Password });
        var token = (string)(await login.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var path in OneOfEach)
        {
            using var answer = await http.GetAsync(path);
            Assert.That(answer.IsSuccessStatusCode, Is.True, $"{path} {answer.StatusCode}");
            Assert.That(answer.Headers.CacheControl?.NoStore, Is.True, path);
        }

        using var logout = await http.PostAsync("/api/v1/auth/logout", null);
        Assert.That(logout.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        foreach (var path in OneOfEach)
        {
            await Wait.UntilAsync($"{path} refuses it", async () =>
            {
                using var answer = await http.GetAsync(path);
                return answer.StatusCode == HttpStatusCode.Unauthorized && (await answer.Content.ReadAsStringAsync()).Contains("signed_out", StringComparison.Ordinal);
            });
        }

        await cluster.ListAsync("/api/v1/groups");
    }
}
