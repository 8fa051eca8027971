using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Tests.Hosting.Rest;

[TestFixture]
public sealed class TextGuardTests
{
    [TestCase("/api/v1/orders", "?symbol=BTC%00USDT", "symbol", "U+0000")]
    [TestCase("/api/v1/orders", "?symbol=a&symbol=b%0ac", "symbol", "U+000A")]
    [TestCase("/api/v1/orders", "?sym%1Bbol=a", "sym\u001Bbol", "U+001B")]
    [TestCase("/api/v1/positions/x/BTC\u0001", "", "path", "U+0001")]
    public async Task Control_characters_in_an_address_are_refused_by_name(string path, string query, string field, string got)
    {
        var (status, fault) = await AskAsync(path, query);
        Assert.That(status, Is.EqualTo(400));
        Assert.That(fault.GetProperty("path").GetString(), Is.EqualTo(field));
        Assert.That(fault.GetProperty("rule").GetString(), Is.EqualTo("no control characters"));
        Assert.That(fault.GetProperty("got").GetString(), Is.EqualTo(got));
    }

    [TestCase("/api/v1/orders", "?symbol=BTCUSDT&cursor=5")]
    [TestCase("/", "?a=%C3%A9%20%F0%9F%98%80")]
    public async Task Everything_else_goes_on(string path, string query) => Assert.That((await AskAsync(path, query)).Status, Is.EqualTo(204));

    private static async Task<(int Status, JsonElement Fault)> AskAsync(string path, string query)
    {
        await using var services = new ServiceCollection()
            .AddLogging().ConfigureHttpJsonOptions(o => o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower)
            .BuildServiceProvider();
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseTextGuard();
        pipeline.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = services, Response = { Body = answer } };
        context.Request.Path = path;
        context.Request.QueryString = new QueryString(query);
        await pipeline.Build()(context);
        return (context.Response.StatusCode, answer.Length == 0 ? default : JsonDocument.Parse(answer.ToArray()).RootElement.GetProperty("detail")[0]);
    }
}
