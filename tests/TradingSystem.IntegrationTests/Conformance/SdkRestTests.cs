using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>REST as each SDK reads it beside its socket.</summary>
[TestFixture(Sdk.Python)]
[TestFixture(Sdk.TypeScript)]
[TestFixture(Sdk.CSharp)]
public sealed class SdkRestTests(Sdk sdk)
{
    private SdkDriver _bot = null!;
    private ScriptedGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bot = SdkDriver.Start(sdk);
        _gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            await line.StayAsync();
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bot.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [TestCase("", "/api/v1/orders/open?limit=10&symbol=A&B")]
    [TestCase("/prefix/", "/prefix/api/v1/orders/open?limit=10&symbol=A&B")]
    public async Task It_is_asked_below_the_same_prefix_with_the_same_token(string path, string address)
    {
        _gateway.Rest = context => context.Response.WriteAsync("""{"items":[{"qty":1.25}],"next":null}""");
        await ConnectAsync(path);
        var result = await RestAsync("orders/open", new() { ["limit"] = "10", ["symbol"] = "A&B" });
        Assert.That(result["body"]?["items"]?[0]?["qty"]?.ToString(), Is.EqualTo("1.25"), result.ToJsonString());
        Assert.That(_gateway.Questions, Is.EqualTo(new[] { (address, (string?)"Bearer token") }));
    }

    [Test]
    public async Task Another_answer_is_told_with_its_status_and_body()
    {
        _gateway.Rest = async context =>
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsync("""{"error":"not yours"}""");
        };
        await ConnectAsync();
        Assert.That((await RestAsync("positions"))["error"]?.GetValue<string>(), Does.StartWith("Rest").And.Contain("/api/v1/positions: 403 {\"error\":\"not yours\"}"));
    }

    [Test]
    public async Task The_token_does_not_follow_a_redirect()
    {
        _gateway.Rest = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        await ConnectAsync();
        Assert.That((await RestAsync("positions"))["error"]?.GetValue<string>(), Does.Contain("/api/v1/positions: 302"));
        Assert.That(_gateway.Questions.Select(q => q.Address), Is.EqualTo(new[] { "/api/v1/positions" }));
    }

    [Test]
    public async Task What_is_no_JSON_is_told()
    {
        _gateway.Rest = context => context.Response.WriteAsync("<html>");
        await ConnectAsync();
        Assert.That((await RestAsync("positions"))["error"]?.GetValue<string>(), Does.Contain("no JSON: <html>"));
    }

    [Test]
    public async Task An_answer_that_does_not_come_is_waited_for_no_longer_than_the_deadline()
    {
        _gateway.Rest = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await ConnectAsync();
        var result = await _bot.AskAsync("rest", new() { ["path"] = "positions", ["deadline_s"] = 0.5 });
        Assert.That(result["error"]?.GetValue<string>(), Does.StartWith("NoReply").And.Contain("within").And.Not.Contain("token"));
    }

    [TestCase("/positions")]
    [TestCase("../auth")]
    [TestCase("positions?limit=1")]
    [TestCase("https://elsewhere/")]
    [TestCase("")]
    public async Task What_is_no_path_of_it_is_not_asked(string path)
    {
        await ConnectAsync();
        Assert.That((await RestAsync(path))["error"]?.GetValue<string>(), Does.Contain("path: expected what follows /api/v1/"));
        Assert.That(_gateway.Questions, Is.Empty);
    }

    private Task<JsonObject> RestAsync(string path, JsonObject? query = null) => _bot.AskAsync("rest", new() { ["path"] = path, ["query"] = query ?? [] });

    private async Task ConnectAsync(string path = "")
    {
        var result = await _bot.AskAsync("connect", new() { ["url"] = $"http://{_gateway.Socket.Authority}{path}", ["token"] = "token", ["protocol"] = 2 });
        Assert.That(result["error"], Is.Null, result.ToJsonString());
    }
}
