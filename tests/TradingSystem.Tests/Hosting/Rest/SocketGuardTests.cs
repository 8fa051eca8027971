using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NUnit.Framework;
using TradingSystem.Dashboard;
using TradingSystem.Gateway;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Tests.Hosting.Rest;

/// <summary>Where a WebSocket handshake may go, on the routes of gateway and dashboard as the host maps them.</summary>
[TestFixture]
public sealed class SocketGuardTests
{
    private WebApplication _app = null!;
    private RequestDelegate _guarded = null!;

    [OneTimeSetUp]
    public void Build()
    {
        _app = ServiceApp.Build("standalone", [$"--Auth:JwtKey={new string('k', 64)}"], topologyOnly: false, new GatewayModule(), new DashboardModule());
        var pipeline = new ApplicationBuilder(_app.Services);
        pipeline.UseSocketGuard();
        pipeline.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        _guarded = pipeline.Build();
    }

    [OneTimeTearDown]
    public Task StopAsync() => _app.DisposeAsync().AsTask();

    [Test]
    public void Only_the_bots_socket_and_the_pages_hub_take_a_socket() =>
        Assert.That(
            Routes.Where(r => r.Metadata.GetMetadata<TakesSocket>() is not null).Select(r => r.RoutePattern.RawText),
            Is.EquivalentTo(new[] { "/ws/events", "/hubs/live", "/hubs/live/negotiate" }));

    [TestCase("/", null)]
    [TestCase("//ws/events", null)]
    [TestCase("/ws", null)]
    [TestCase("/ws/events/", "/ws/events")]
    [TestCase("/WS/EVENTS", "/ws/events")]
    [TestCase("/api/v1/groups", "/api/v1/groups/")]
    public async Task A_handshake_at_any_other_path_is_told_the_right_one(string path, string? route)
    {
        var (status, body) = await AskAsync(path, route, "h2c, WebSocket");
        Assert.That(status, Is.EqualTo(404));
        var detail = body.RootElement.GetProperty("detail")[0];
        Assert.That(detail.GetProperty("rule").GetString(), Does.Contain(" /ws/events "));
        Assert.That(detail.GetProperty("got").GetString(), Is.EqualTo(path));
    }

    [TestCase("/ws/events", "/ws/events", "websocket")]
    [TestCase("/hubs/live", "/hubs/live", "websocket")]
    [TestCase("/", null, null)]
    [TestCase("/", null, "h2c")]
    public async Task Everything_else_goes_on(string path, string? route, string? upgrade) =>
        Assert.That((await AskAsync(path, route, upgrade)).Status, Is.EqualTo(204));

    private List<RouteEndpoint> Routes => [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()];

    private async Task<(int Status, JsonDocument Body)> AskAsync(string path, string? route, string? upgrade)
    {
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = _app.Services, Response = { Body = answer } };
        context.Request.Path = path;
        context.Request.Headers.Upgrade = upgrade;
        context.SetEndpoint(route is null ? null : Routes.First(r => r.RoutePattern.RawText == route));
        await _guarded(context);
        return (context.Response.StatusCode, JsonDocument.Parse(answer.Length == 0 ? "{}"u8.ToArray() : answer.ToArray()));
    }
}
