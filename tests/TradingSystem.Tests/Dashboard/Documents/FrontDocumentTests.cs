using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using TradingSystem.Dashboard.Documents;
using TradingSystem.Dashboard.Forwarding;
using TradingSystem.Tests.Time;

namespace TradingSystem.Tests.Dashboard.Documents;

[TestFixture]
public sealed class FrontDocumentTests
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task The_front_describes_its_own_routes_and_those_of_the_services_behind_it()
    {
        await using var gateway = await ServiceAsync("/api/v1/groups");
        await using var execution = await ServiceAsync("/api/v1/orders");
        await using var front = await FrontAsync(new ForwardOptions { Gateway = gateway.Address, Execution = execution.Address });

        using var answer = await front.Client.GetAsync("/openapi/v1.json");
        var document = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        Assert.That(Paths(document), Is.EqualTo(new[] { "/api/v1/auth/login", "/api/v1/groups", "/api/v1/orders" }));
        Assert.That(document["servers"]!.ToJsonString(), Is.EqualTo("""[{"url":"/"}]"""));
        Assert.That(document["info"]!.AsObject().ContainsKey("x-unavailable"), Is.False);
    }

    [Test]
    public async Task What_the_front_answers_for_a_service_that_is_away_stands_at_the_routes_it_passes_on_and_not_at_its_own()
    {
        await using var execution = await ServiceAsync("/api/v1/orders");
        await using var front = await FrontAsync(new ForwardOptions { Execution = execution.Address });

        var document = (await front.Client.GetFromJsonAsync<JsonObject>("/openapi/v1.json"))!;

        string[] Answers(string path) => [.. document["paths"]![path]!.AsObject().Single().Value!["responses"]!.AsObject().Select(r => r.Key)];
        Assert.That(Answers("/api/v1/orders"), Is.SupersetOf(new[] { "502", "504" }));
        Assert.That(Answers("/api/v1/auth/login"), Has.None.AnyOf("502", "504"));
    }

    [Test]
    public async Task A_service_that_is_away_silent_or_talks_nonsense_is_left_out_and_named()
    {
        await using var silent = await LocalServer.StartAsync(app => app.MapGet("/openapi/v1.json", http => Task.Delay(Timeout.Infinite, http.RequestAborted)));
        await using var nonsense = await LocalServer.StartAsync(app => app.MapGet("/openapi/v1.json", () => "<html>"));
        await using var broken = await LocalServer.StartAsync(app => app.MapGet("/openapi/v1.json", () => Results.StatusCode(500)));
        await using var well = await ServiceAsync("/api/v1/orders");
        await using var front = await FrontAsync(new ForwardOptions
        {
            Gateway = silent.Address,
            Trigger = nonsense.Address,
            Diary = broken.Address,
            TradingGroup = new Uri("http://127.0.0.1:1"),
            Execution = well.Address,
            DocumentDeadline = TimeSpan.FromSeconds(1),
        });

        var document = (await front.Client.GetFromJsonAsync<JsonObject>("/openapi/v1.json"))!;

        Assert.That(document["info"]!["x-unavailable"]!.ToJsonString(), Is.EqualTo("""["gateway","trigger","diary","trading-group"]"""));
        Assert.That(Paths(document), Is.EqualTo(new[] { "/api/v1/auth/login", "/api/v1/orders" }));
    }

    [Test]
    public async Task The_document_is_kept_for_some_seconds_and_an_incomplete_one_for_fewer()
    {
        var asked = 0;
        var well = true;
        await using var service = await LocalServer.StartAsync(app => app.MapGet("/openapi/v1.json", () =>
        {
            asked++;
            return well ? Results.Json(Describe("/api/v1/orders")) : Results.StatusCode(500);
        }));
        await using var front = await FrontAsync(new ForwardOptions { Execution = service.Address });

        await AskAsync(front, expectedFetches: 1);
        _time.Advance(FrontDocument.Kept - TimeSpan.FromSeconds(1));
        await AskAsync(front, expectedFetches: 1);
        well = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(front, expectedFetches: 2);
        well = true;
        _time.Advance(FrontDocument.KeptIncomplete);
        var again = await AskAsync(front, expectedFetches: 3);

        Assert.That(Paths(again), Does.Contain("/api/v1/orders"));

        async Task<JsonObject> AskAsync(LocalServer front, int expectedFetches)
        {
            var document = await front.Client.GetFromJsonAsync<JsonObject>("/openapi/v1.json");
            Assert.That(asked, Is.EqualTo(expectedFetches));
            return document!;
        }
    }

    [Test]
    public async Task Those_who_ask_at_once_share_one_fetch_and_one_of_them_leaving_does_not_end_it()
    {
        var asked = 0;
        var reached = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        await using var service = await LocalServer.StartAsync(app => app.MapGet("/openapi/v1.json", async () =>
        {
            Interlocked.Increment(ref asked);
            reached.TrySetResult();
            await gate.Task;
            return Results.Json(Describe("/api/v1/orders"));
        }));
        await using var front = await FrontAsync(new ForwardOptions { Execution = service.Address, DocumentDeadline = LocalServer.Patience });

        using var leaving = new CancellationTokenSource();
        var first = front.Client.GetAsync("/openapi/v1.json", leaving.Token);
        await reached.Task.WaitAsync(LocalServer.Patience);
        var second = front.Client.GetFromJsonAsync<JsonObject>("/openapi/v1.json");
        await leaving.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        gate.SetResult();

        Assert.That(Paths((await second)!), Does.Contain("/api/v1/orders"));
        Assert.That(asked, Is.EqualTo(1));
    }

    [Test]
    public async Task Behind_a_proxys_prefix_the_document_says_so()
    {
        await using var gateway = await ServiceAsync("/api/v1/groups");
        await using var front = await FrontAsync(new ForwardOptions { Gateway = gateway.Address }, "/trading");
        var document = (await front.Client.GetFromJsonAsync<JsonObject>("/openapi/v1.json"))!;
        Assert.That(document["servers"]!.ToJsonString(), Is.EqualTo("""[{"url":"/trading"}]"""));
    }

    [Test]
    public async Task In_one_process_the_hosts_own_document_is_served_as_it_is()
    {
        await using var front = await FrontAsync(new ForwardOptions());

        using var answer = await front.Client.GetAsync("/openapi/v1.json");
        var document = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Paths(document), Is.EqualTo(new[] { "/api/v1/auth/login" }));
        Assert.That(document["servers"]![0]!["url"]!.ToString(), Does.StartWith("http://127.0.0.1:"));
    }

    private static Task<LocalServer> ServiceAsync(string path) =>
        LocalServer.StartAsync(app => app.MapGet("/openapi/v1.json", () => Results.Json(Describe(path))));

    private static JsonObject Describe(string path) => new()
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject { ["title"] = "service", ["version"] = "1" },
        ["paths"] = new JsonObject { [path] = new JsonObject { ["get"] = new JsonObject() } },
    };

    private static IEnumerable<string> Paths(JsonObject document) => document["paths"]!.AsObject().Select(p => p.Key);

    private Task<LocalServer> FrontAsync(ForwardOptions options, string basePath = "") =>
        LocalServer.FrontAsync(options, _time, app => app.MapPost("/api/v1/auth/login", () => "token"), basePath);
}
