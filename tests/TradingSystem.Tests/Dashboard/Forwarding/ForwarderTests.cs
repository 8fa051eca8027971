using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NUnit.Framework;
using TradingSystem.Dashboard.Forwarding;

namespace TradingSystem.Tests.Dashboard.Forwarding;

/// <summary>What passes the front, and what it says when a service does not answer.</summary>
[TestFixture]
public sealed class ForwarderTests
{
    [Test]
    public async Task A_request_arrives_with_its_method_path_query_and_body_and_only_the_headers_a_service_needs()
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/orders/a%20b?limit=1&x=%2F") { Content = JsonContent.Create(new { a = 1 }) };
        foreach (var (name, value) in new[]
        {
            ("Authorization", "Bearer opaque-token-of-a-bot"), ("If-None-Match", "\"v1\""), ("Idempotency-Key", "k"),
            ("Cookie", "session=1"), ("Connection", "X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "timeout=5"), ("TE", "trailers"),
            ("Proxy-Authorization", "Basic x"), ("Upgrade", "websocket"), ("X-Forwarded-For", "10.0.0.1"),
        })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        string? line = null, body = null;
        Dictionary<string, string> headers = [];
        await using var service = await ServiceAsync(async http =>
        {
            line = $"{http.Request.Method} {http.Features.Get<IHttpRequestFeature>()!.RawTarget}";
            headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString());
            body = await new StreamReader(http.Request.Body).ReadToEndAsync();
        });
        await using var front = await FrontAsync(service);
        using var answer = await front.Client.SendAsync(request);

        Assert.That(line, Is.EqualTo("PATCH /api/v1/orders/a%20b?limit=1&x=%2F"));
        Assert.That(body, Is.EqualTo("""{"a":1}"""));
        Assert.That(headers["Authorization"], Is.EqualTo("Bearer opaque-token-of-a-bot"), "the front neither checks nor changes it");
        Assert.That(headers["Host"], Is.EqualTo(service.Address.Authority));
        Assert.That(
            headers.Keys,
            Is.SubsetOf(new[] { "Authorization", "Content-Type", "Content-Length", "Host", "Idempotency-Key", "If-None-Match", "Transfer-Encoding", "traceparent", "X-Forwarded-For", "X-Forwarded-Proto" }));
        Assert.That(headers["X-Forwarded-For"], Is.EqualTo("127.0.0.1"), "whom the front sees, not whom the caller names");
    }

    [Test]
    public async Task A_header_that_cannot_be_sent_on_is_left_out_and_the_others_of_a_hooks_sender_arrive()
    {
        Dictionary<string, string> headers = [];
        await using var service = await ServiceAsync(http =>
        {
            headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString());
            return Task.CompletedTask;
        });
        await using var front = await LocalServer.FrontAsync(new ForwardOptions { Trigger = service.Address, HeadersDeadline = LocalServer.Patience });
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = front.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/HOOKS/tv") { Content = new StringContent("Buy") };
        request.Headers.TryAddWithoutValidation("X-Signature", "sha256=00");
        request.Headers.TryAddWithoutValidation("X-City", "Zürich");

        using var answer = await client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((headers.GetValueOrDefault("X-Signature"), headers.ContainsKey("X-City")), Is.EqualTo(("sha256=00", false)));
    }

    [TestCase(200)]
    [TestCase(201)]
    [TestCase(302)]
    [TestCase(304)]
    [TestCase(401)]
    [TestCase(404)]
    [TestCase(500)]
    public async Task An_answer_comes_back_as_the_service_gave_it_without_what_belongs_to_its_own_connection(int status)
    {
        await using var service = await ServiceAsync(async http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.ETag = "\"v2\"";
            http.Response.Headers.Allow = "GET";
            http.Response.Headers.Location = "/elsewhere";
            http.Response.Headers.WWWAuthenticate = "Bearer";
            http.Response.Headers.SetCookie = "session=1";
            http.Response.Headers.KeepAlive = "timeout=5";
            http.Response.Headers["X-Internal"] = "1";
            if (status != 304)
            {
                await http.Response.WriteAsync("told");
            }
        });
        await using var front = await FrontAsync(service);

        using var answer = await front.Client.GetAsync("/api/v1/orders");

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo(status == 304 ? "" : "told"));
        Assert.That(answer.Headers.Select(h => h.Key), Is.SupersetOf(new[] { "ETag", "Location", "WWW-Authenticate" }));
        Assert.That(answer.Content.Headers.Allow, Is.EqualTo(new[] { "GET" }));
        Assert.That(answer.Headers.Select(h => h.Key), Has.None.AnyOf("Set-Cookie", "Keep-Alive", "X-Internal"));
    }

    [TestCase("/api/v1/orders/%252e%252e/%252e%252e/%252e%252e/metrics")]
    [TestCase("/api/v1/orders/%252e%252e/secret")]
    public async Task A_path_that_would_lead_out_of_what_is_forwarded_is_not_found(string path)
    {
        var reached = false;
        await using var service = await ServiceAsync(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        await using var front = await FrontAsync(service);

        using var answer = await front.Client.GetAsync(path);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(reached, Is.False);
    }

    [Test]
    public async Task A_service_that_is_not_there_is_a_502_that_names_it()
    {
        await using var front = await LocalServer.FrontAsync(new ForwardOptions { Execution = ClosedPort() });

        using var answer = await front.Client.GetAsync("/api/v1/orders");

        await AssertProblemAsync(answer, HttpStatusCode.BadGateway, "bad_gateway", "connection refused");
    }

    [Test]
    public async Task A_service_that_hangs_up_before_it_answers_is_a_502()
    {
        await using var service = await ServiceAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        await using var front = await FrontAsync(service);

        using var answer = await front.Client.PostAsync("/api/v1/orders", new StringContent("x"));

        await AssertProblemAsync(answer, HttpStatusCode.BadGateway, "bad_gateway", "connection closed");
    }

    [Test]
    public async Task A_service_that_does_not_begin_to_answer_in_time_is_a_504_and_its_work_is_cancelled()
    {
        var cancelled = new TaskCompletionSource();
        await using var service = await ServiceAsync(http =>
        {
            http.RequestAborted.Register(cancelled.SetResult);
            return cancelled.Task;
        });
        await using var front = await FrontAsync(service, TimeSpan.FromMilliseconds(300));

        using var answer = await front.Client.GetAsync("/api/v1/orders");

        await AssertProblemAsync(answer, HttpStatusCode.GatewayTimeout, "gateway_timeout", "timeout");
        await cancelled.Task.WaitAsync(LocalServer.Patience);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task More_than_a_mebibyte_is_a_413_whether_its_length_was_told_or_not(bool told)
    {
        await using var service = await ServiceAsync(http => http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted));
        await using var front = await FrontAsync(service);
        var large = new string('x', 1024 * 1024);

        using var content = told ? new StringContent(large + "x") : (HttpContent)new GatedContent(large, Task.CompletedTask, "x");
        using var answer = await front.Client.PostAsync("/api/v1/orders", content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("payload_too_large"));
    }

    private static Task<LocalServer> ServiceAsync(RequestDelegate handler) => LocalServer.StartAsync(app => app.Map("{**path}", handler));

    private static Task<LocalServer> FrontAsync(LocalServer service, TimeSpan? deadline = null) =>
        LocalServer.FrontAsync(new ForwardOptions { Execution = service.Address, HeadersDeadline = deadline ?? LocalServer.Patience });

    private static Uri ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string message, string got)
    {
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.That(answer.StatusCode, Is.EqualTo(status));
        Assert.That(problem["message"]!.ToString(), Is.EqualTo(message));
        Assert.That(problem["detail"]![0]!["path"]!.ToString(), Is.EqualTo("execution"));
        Assert.That(problem["detail"]![0]!["got"]!.ToString(), Is.EqualTo(got));
    }
}
