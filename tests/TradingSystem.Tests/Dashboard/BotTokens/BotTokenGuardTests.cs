using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TradingSystem.Dashboard.BotTokens;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Hosting.BotTokens;

namespace TradingSystem.Tests.Dashboard.BotTokens;

/// <summary>What becomes of a bot's token at the front, over a real server whose routes answer the header that reaches them.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BotTokenGuardTests : IAsyncDisposable
{
    private const string Token = "tg_a-token-that-nobody-else-may-see";

    private readonly FakeOwners _owners = new();
    private LocalServer _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await LocalServer.StartAsync(
        app =>
        {
            app.UseBotTokens();
            app.MapGet("/guarded", Echo).AllowAnonymous().WithBotTokens(BotTokenUse.Exchanged);
            app.MapGet("/anybody", Echo).AllowAnonymous();
            app.MapGet("/own", Echo).AllowAnonymous().WithBotTokens(BotTokenUse.TakenAsIs);
            app.MapGet("/session", Echo).AllowAnonymous().WithBotTokens(BotTokenUse.Refused);
        },
        services =>
        {
            services.AddAuthorization();
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton<ITokenOwners>(_owners);
            services.AddSingleton(new BotTokenOptions { RequestsPerSecond = 1, RequestBurst = 3 });
            services.AddSingleton<TokenRates>();
            services.AddSingleton<JwtIssuer>();
            services.AddSingleton<TokenExchange>();
        },
        $"--Auth:JwtKey={new string('k', 64)}");

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [TestCase("bearer")]
    [TestCase("Bearer")]
    public async Task A_guarded_route_sees_a_JWT_and_never_the_token(string scheme)
    {
        var (status, body, _) = await AskAsync("/guarded", Token, scheme);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(body, Does.StartWith("Bearer ey").And.Not.Contain(Token));
    }

    [Test]
    public async Task A_token_of_a_person_is_nobodys_affair_here()
    {
        Assert.That((await AskAsync("/guarded", "eyJ.a.b")).Body, Is.EqualTo("Bearer eyJ.a.b"));
        Assert.That((await AskAsync("/guarded", null)).Body, Is.Empty);
        Assert.That(_owners.Asked, Is.Empty);
    }

    [Test]
    public async Task A_route_for_anybody_gets_no_token_and_asks_nobody()
    {
        _owners.Answer(new TokenVerdict.Unavailable());
        Assert.That((await AskAsync("/anybody", Token)).Body, Is.Empty);
        Assert.That(_owners.Asked, Is.Empty);
    }

    [Test]
    public async Task A_route_that_takes_bots_tokens_gets_it_as_it_is()
    {
        Assert.That((await AskAsync("/own", Token)).Body, Is.EqualTo($"Bearer {Token}"));
        Assert.That(_owners.Asked, Is.Empty);
    }

    [Test]
    public async Task A_route_about_a_persons_session_refuses_a_group()
    {
        var (status, body, _) = await AskAsync("/session", Token);
        Assert.That((status, Message(body)), Is.EqualTo((HttpStatusCode.Forbidden, "forbidden")));
    }

    [TestCase("unknown", HttpStatusCode.Unauthorized, "unauthorized", "no good token", null)]
    [TestCase("revoked", HttpStatusCode.Unauthorized, "unauthorized", "token_revoked", null)]
    [TestCase("trigger", HttpStatusCode.Forbidden, "forbidden", "a trigger's token", null)]
    [TestCase("too many", HttpStatusCode.TooManyRequests, "rate_limited", "more", "60")]
    [TestCase("unavailable", HttpStatusCode.ServiceUnavailable, "unavailable", "", "1")]
    public async Task A_token_that_opens_nothing_is_answered_with_why(string verdict, HttpStatusCode status, string message, string got, string? retryAfter)
    {
        _owners.Answer(verdict switch
        {
            "unknown" => new TokenVerdict.Unknown(),
            "revoked" => new TokenVerdict.Revoked(),
            "trigger" => new TokenVerdict.OfTrigger(),
            "too many" => new TokenVerdict.TooMany(TimeSpan.FromMinutes(1)),
            _ => new TokenVerdict.Unavailable(),
        });
        foreach (var path in new[] { "/guarded", "/session" })
        {
            var (answered, body, headers) = await AskAsync(path, Token);
            var detail = JsonNode.Parse(body)!["detail"]![0]!;
            Assert.Multiple(() =>
            {
                Assert.That(answered, Is.EqualTo(status));
                Assert.That(Message(body), Is.EqualTo(message));
                Assert.That(((string)detail["path"]!, (string)detail["got"]!), Is.EqualTo(("Authorization", got)));
                Assert.That((string)detail["rule"]!, Is.Not.Empty);
                Assert.That(headers.RetryAfter?.ToString(), Is.EqualTo(retryAfter));
                Assert.That(headers.WwwAuthenticate.ToString(), Is.EqualTo(status == HttpStatusCode.Unauthorized ? "Bearer error=\"invalid_token\"" : ""));
                Assert.That(body, Does.Not.Contain(Token));
            });
        }
    }

    [Test]
    public async Task What_is_too_long_for_a_token_is_none_and_nobody_is_asked()
    {
        Assert.That((await AskAsync("/guarded", Token + new string('x', 300))).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(_owners.Asked, Is.Empty);
    }

    [Test]
    public async Task Two_headers_are_no_token()
    {
        _owners.Says = (hash, _) => Task.FromResult<TokenVerdict>(hash.SequenceEqual(BotToken.Hash(Token)!) ? FakeOwners.Group : new TokenVerdict.Unknown());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/guarded");
        request.Headers.TryAddWithoutValidation("Authorization", [$"Bearer {Token}", "Bearer eyJ.a.b"]);
        using var answer = await _server.Client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task One_token_is_held_to_its_rate_and_told_when_to_come_again()
    {
        List<(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)> answers = [];
        for (var n = 0; n < 5; n++)
        {
            answers.Add(await AskAsync("/guarded", Token));
        }

        var refused = answers[^1];
        Assert.That(answers.Take(3).Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That((refused.Status, Message(refused.Body), refused.Headers.RetryAfter?.ToString()), Is.EqualTo((HttpStatusCode.TooManyRequests, "rate_limited", "1")));
    }

    private static string Echo(HttpContext http) => http.Request.Headers.Authorization.ToString();

    private static string? Message(string body) => (string?)JsonNode.Parse(body)!["message"];

    private async Task<(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)> AskAsync(string path, string? token, string scheme = "Bearer")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {token}");
        }

        using var answer = await _server.Client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers);
    }
}
