using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using TradingSystem.Hosting.Outbound;

namespace TradingSystem.Tests.Hosting.Outbound;

/// <summary>The one way out, with peers on this machine and a resolver that is played.</summary>
[TestFixture]
public sealed class OutboundClientTests
{
    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(20), 1_000);

    private WebApplication _peer = null!;
    private int _asked;

    private int Port => new Uri(_peer.Urls.Single()).Port;

    [SetUp]
    public async Task StartAsync()
    {
        _asked = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _peer = builder.Build();
        _peer.Urls.Add("http://127.0.0.1:0");
        _peer.UseWebSockets();
        _peer.MapGet("/hello", (HttpContext context) => $"{Interlocked.Increment(ref _asked)} {context.Request.Headers.Authorization}");
        _peer.MapGet("/told", (HttpContext context) => string.Join(' ', context.Request.Headers.Where(h => h.Key != "Host").OrderBy(h => h.Key).Select(h => $"{h.Key}={h.Value}")));
        _peer.MapGet("/close", (HttpContext context) =>
        {
            // The next call opens a connection of its own.
            context.Response.Headers.Connection = "close";
            return $"{Interlocked.Increment(ref _asked)}";
        });
        _peer.MapGet("/large", async (HttpContext context) =>
        {
            for (var i = 0; i < 100; i++)
            {
                await context.Response.WriteAsync(new string('x', 100), context.RequestAborted);
            }
        });
        _peer.MapGet("/slow", async (HttpContext context) =>
        {
            // Bytes that keep coming are no end.
            while (true)
            {
                await context.Response.WriteAsync("x", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(50, context.RequestAborted);
            }
        });
        _peer.MapGet("/to", (string where) => Results.Redirect(where));
        _peer.MapPost("/to", (string where) => Results.Redirect(where, preserveMethod: true));
        _peer.Map("/socket", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, true, context.RequestAborted);
        });
        await _peer.StartAsync();
    }

    [TearDown]
    public Task StopAsync() => _peer.DisposeAsync().AsTask();

    [Test]
    public async Task A_call_to_this_machine_is_refused_before_a_connection_opens_and_names_the_setting()
    {
        using var client = Client("");
        var refused = Assert.ThrowsAsync<OutboundRefusedException>(() => GetAsync(client, $"http://127.0.0.1:{Port}/hello"));
        Assert.That((refused!.Message, _asked), Is.EqualTo(("127.0.0.1 is 127.0.0.1, which is not on the public internet; OUTBOUND__ALLOWPRIVATE would allow it.", 0)));
        Assert.ThrowsAsync<OutboundRefusedException>(() => GetAsync(client, $"http://[::ffff:127.0.0.1]:{Port}/hello"));
        Assert.ThrowsAsync<OutboundRefusedException>(() => GetAsync(client, $"http://2130706433:{Port}/hello"), "an address written as a number");
        await Task.CompletedTask;
    }

    [Test]
    public async Task What_the_settings_allow_is_called()
    {
        using var client = Client("127.0.0.1");
        var answer = await GetAsync(client, $"http://127.0.0.1:{Port}/hello");
        Assert.That((answer.IsSuccess, Text(answer)), Is.EqualTo((true, "1 ")));
    }

    [Test]
    public async Task A_name_that_means_another_address_the_second_time_is_looked_at_again()
    {
        // First the allowed machine, then the one that a rebinding attack is after.
        var answers = new Queue<string>(["127.0.0.1", "127.0.0.2"]);
        using var client = Client("127.0.0.1", (_, _) => Task.FromResult(new[] { IPAddress.Parse(answers.Dequeue()) }));
        Assert.That(Text(await GetAsync(client, $"http://model.example:{Port}/close")), Is.EqualTo("1"));
        var refused = Assert.ThrowsAsync<OutboundRefusedException>(() => GetAsync(client, $"http://model.example:{Port}/close"));
        Assert.That((refused!.Message.Contains("model.example is 127.0.0.2", StringComparison.Ordinal), _asked), Is.EqualTo((true, 1)));
    }

    [Test]
    public async Task Of_a_name_with_several_addresses_only_those_that_are_allowed_are_tried()
    {
        using var client = Client("127.0.0.1", (_, _) => Task.FromResult(new[] { IPAddress.Parse("127.0.0.9"), IPAddress.Parse("127.0.0.1") }));
        Assert.That((await GetAsync(client, $"http://model.example:{Port}/hello")).IsSuccess);
    }

    [Test]
    public void A_redirect_to_this_machine_is_refused()
    {
        using var client = Client("allowed.example", (name, _) => Task.FromResult(new[] { IPAddress.Loopback }));
        Assert.ThrowsAsync<OutboundRefusedException>(() => GetAsync(client, $"http://allowed.example:{Port}/to?where=http%3A%2F%2F127.0.0.1%3A{Port}%2Fhello"));
        Assert.ThrowsAsync<OutboundRefusedException>(() => GetAsync(client, $"http://allowed.example:{Port}/to?where=http%3A%2F%2Fother.example%3A{Port}%2Fhello"));
        Assert.That(_asked, Is.Zero);
    }

    [Test]
    public async Task A_redirect_is_followed_without_what_proves_who_we_are()
    {
        using var client = Client("one.example,two.example", (_, _) => Task.FromResult(new[] { IPAddress.Loopback }));
        Assert.That(Text(await GetAsync(client, $"http://one.example:{Port}/to?where=http%3A%2F%2Ftwo.example%3A{Port}%2Fhello", "Bearer x")), Is.EqualTo("1 "));
        Assert.That(Text(await GetAsync(client, $"http://one.example:{Port}/to?where=%2Fhello", "Bearer x")), Is.EqualTo("2 Bearer x"));
    }

    [Test]
    public async Task A_redirect_takes_along_what_is_wanted_and_says_where_it_led()
    {
        using var client = Client("one.example,two.example", (_, _) => Task.FromResult(new[] { IPAddress.Loopback }));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://one.example:{Port}/to?where=http%3A%2F%2Ftwo.example%3A{Port}%2Ftold");
        foreach (var (name, value) in new[] { ("User-Agent", "us/1"), ("Accept", "text/xml"), ("If-None-Match", "\"1\""), ("If-Modified-Since", "yesterday"), ("X-Api-Key", "secret"), ("Cookie", "secret") })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await client.SendAsync(request, Limits, default);
        Assert.That(answer.Address.AbsoluteUri, Is.EqualTo($"http://two.example:{Port}/told"));
        Assert.That(Text(answer), Does.Contain("Accept=text/xml ").And.Contain("If-Modified-Since=yesterday If-None-Match=\"1\"").And.Contain("User-Agent=us/1").And.Not.Contain("secret"));
    }

    [Test]
    public async Task Redirects_end_after_a_few_and_a_body_is_sent_to_nobody_else()
    {
        using var client = Client("127.0.0.1");
        var round = "/hello";
        for (var i = 0; i < 4; i++)
        {
            round = $"/to?where={Uri.EscapeDataString(round)}";
        }

        Assert.That((await GetAsync(client, $"http://127.0.0.1:{Port}{round}")).Status, Is.EqualTo(HttpStatusCode.Redirect));
        using var post = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{Port}/to?where=%2Fhello") { Content = new StringContent("x") };
        Assert.That((await client.SendAsync(post, Limits, default)).Status, Is.EqualTo(HttpStatusCode.TemporaryRedirect));
    }

    [Test]
    public void An_answer_that_is_too_large_is_cut()
    {
        using var client = Client("127.0.0.1");
        var e = Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(client, $"http://127.0.0.1:{Port}/large"));
        Assert.That((e!.HttpRequestError, e.Message), Is.EqualTo((HttpRequestError.ConfigurationLimitExceeded, "the answer is larger than 1000 bytes")));
    }

    [Test]
    public void An_answer_that_never_ends_is_ended_by_the_deadline()
    {
        using var client = Client("127.0.0.1");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Port}/slow");
        var e = Assert.ThrowsAsync<TimeoutException>(() => client.SendAsync(request, new(TimeSpan.FromMilliseconds(500), int.MaxValue), default));
        Assert.That(e!.Message, Is.EqualTo("no answer of 127.0.0.1 within 0.5 s"));
    }

    [Test]
    public void What_the_caller_cancels_is_no_timeout()
    {
        using var client = Client("127.0.0.1");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Port}/slow");
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Assert.That(async () => await client.SendAsync(request, new(TimeSpan.FromMinutes(1), int.MaxValue), cancel.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_WebSocket_goes_through_the_same_gate()
    {
        using var closed = Client("");
        using var refused = new ClientWebSocket();
        var e = Assert.ThrowsAsync<WebSocketException>(() => refused.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/socket"), closed.Invoker, default));
        Assert.That(e!.ToString(), Does.Contain("OUTBOUND__ALLOWPRIVATE"));
        using var open = Client("127.0.0.1");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/socket"), open.Invoker, default);
        Assert.That((await socket.ReceiveAsync(new byte[16].AsMemory(), default)).Count, Is.EqualTo(2));
    }

    private static string Text(OutboundAnswer answer) => System.Text.Encoding.UTF8.GetString(answer.Body.Span);

    private static OutboundClient Client(string allowed, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        var options = new OutboundOptions { AllowPrivate = allowed }.Validated();
        return new(resolve is null ? new OutboundGate(options) : new OutboundGate(options, resolve), TimeProvider.System);
    }

    private static async Task<OutboundAnswer> GetAsync(OutboundClient client, string address, string? authorization = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await client.SendAsync(request, Limits, default);
    }
}
