using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Connections;

/// <summary>What keeps one client from harming the others.</summary>
public sealed class LimitTests
{
    private const int QueueBytes = 256 * 1024;
    private const int Burst = 300;
    private const int TicketBurst = 60;

    private TradingCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string>
    {
        ["GATEWAY__FRAMESPERSECOND"] = "20",
        ["GATEWAY__FRAMEBURST"] = $"{Burst}",
        ["GATEWAY__BADTOKENS"] = "3",
        ["GATEWAY__FRAMEDEADLINE"] = "00:00:02",
        ["GATEWAY__TICKETBURST"] = $"{TicketBurst}",
        ["GATEWAY__TICKETSPERSECOND"] = "1",
        ["GATEWAY__OUTBOUNDQUEUEBYTES"] = $"{QueueBytes}",
    });

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
        {
            TestContext.Out.WriteLine(_cluster.Logs());
            await _cluster.DisposeAsync();
        }
    }

    [Test]
    public async Task Limits_are_announced_in_the_ack()
    {
        var (_, token) = await _cluster.AddGroupAsync("limits_announced");
        await using var bot = await Bot.GroupAsync(_cluster, token);
        var limits = (await bot.ReceiveAsync())!["limits"]!;
        Assert.Multiple(() =>
        {
            Assert.That(limits["frames_per_second"]!.GetValue<int>(), Is.EqualTo(20));
            Assert.That(limits["frame_burst"]!.GetValue<int>(), Is.EqualTo(Burst));
            Assert.That(limits["max_frame_bytes"]!.GetValue<int>(), Is.EqualTo(65_536));
            Assert.That(limits["outbound_queue_bytes"]!.GetValue<int>(), Is.EqualTo(QueueBytes));
        });
    }

    [Test]
    public async Task Frames_over_the_rate_are_refused_with_when_to_come_again_and_then_pass()
    {
        var (_, token) = await _cluster.AddGroupAsync("limits_rate");
        await using var bot = await Bot.GroupAsync(_cluster, token);
        await bot.ReceiveAsync();
        for (var n = 0; n < Burst + 50; n++)
        {
            await bot.SendAsync("""{"type":"system","level":"info","code":"RATE"}""");
        }

        var replies = new List<JsonObject>();
        while (replies.Count < Burst + 50)
        {
            replies.Add(await bot.ReplyAsync());
        }

        var refused = replies.Where(r => !r["ok"]!.GetValue<bool>()).ToList();
        Assert.That(refused, Is.Not.Empty);
        Assert.That(refused.Select(r => r["code"]!.GetValue<string>()), Is.All.EqualTo("RATE_LIMITED"));
        var wait = refused[^1]["retry_after_ms"]!.GetValue<int>();
        Assert.That(wait, Is.InRange(1, 1000));
        await Wait.UntilAsync("a frame passes again", async () =>
            (await bot.AskAsync(JsonNode.Parse("""{"type":"system","level":"info","code":"RATE"}""")!))["ok"]!.GetValue<bool>());
    }

    [Test]
    public async Task An_address_that_guesses_tokens_is_slowed_down_and_a_valid_token_still_passes()
    {
        var reasons = new List<string?>();
        var watch = new Stopwatch();
        for (var n = 0; n < 5; n++)
        {
            await using var guess = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token=tg_guess_{n}");
            watch.Restart();
            Assert.That(await guess.ReceiveAsync(), Is.Null);
            reasons.Add(guess.CloseReason);
        }

        Assert.That(reasons.Skip(3), Is.All.EqualTo("LOCKED_OUT"), "three are allowed, whoever spent some of them before");
        Assert.That(watch.Elapsed, Is.GreaterThan(TimeSpan.FromMilliseconds(900)), "the last guess waited a second");
        var (_, token) = await _cluster.AddGroupAsync("limits_valid");
        await using var bot = await Bot.GroupAsync(_cluster, token);
        Assert.That((await bot.ReceiveAsync())!["ok"]!.GetValue<bool>(), Is.True);
    }

    [Test]
    public async Task A_frame_that_is_begun_and_never_finished_is_cut()
    {
        var (_, token) = await _cluster.AddGroupAsync("limits_slowloris");
        using var slow = await RawSocket.ConnectAsync(_cluster.Socket, $"trading_group_token={token}");
        await slow.ReceiveAsync();
        await slow.SendAsync(RawSocket.Frame(0x81, new byte[100])[..20]);
        Assert.That(await slow.CloseAsync(), Is.EqualTo((1008, "FRAME_TIMEOUT")));
    }

    [TestCase(0x82, "{}", 1003, "BINARY_NOT_SUPPORTED")]
    [TestCase(0x83, "{}", 1002, "PROTOCOL_ERROR")]
    [TestCase(0xC1, "{}", 1002, "PROTOCOL_ERROR")]
    [TestCase(0x80, "{}", 1002, "PROTOCOL_ERROR")]
    [TestCase(0x81, "\u00ff", 1007, "INVALID_UTF8")]
    [TestCase(0x81, "\u00ff", 1007, "INVALID_UTF8", true)]
    public async Task Frames_that_break_the_WebSocket_rules_are_answered_with_their_code(int firstByte, string payload, int code, string reason, bool byHttp = false)
    {
        var (_, token) = await _cluster.AddGroupAsync($"limits_{firstByte}_{code}_{byHttp}");
        using var raw = await RawSocket.ConnectAsync(_cluster.Socket, $"trading_group_token={token}", byHttp);
        await raw.ReceiveAsync();
        await raw.SendAsync(RawSocket.Frame((byte)firstByte, Encoding.Latin1.GetBytes(payload)));
        Assert.That(await raw.CloseAsync(), Is.EqualTo((code, reason)));
    }

    [Test]
    public async Task A_frame_that_comes_together_with_the_request_is_answered_behind_the_ack([Values] bool byHttp)
    {
        var (_, token) = await _cluster.AddGroupAsync($"limits_eager_{byHttp}");
        using var raw = await RawSocket.ConnectAsync(_cluster.Socket, $"trading_group_token={token}", byHttp, RawSocket.Frame(0x89, "hello"u8));
        Assert.That((await raw.ReceiveAsync())?.Opcode, Is.EqualTo(1));
        var pong = await raw.ReceiveAsync();
        Assert.That((pong?.Opcode, Encoding.ASCII.GetString(pong?.Payload ?? [])), Is.EqualTo((10, "hello")));
    }

    [Test]
    public async Task A_reader_that_stalls_is_cut_and_the_others_get_everything([Values] bool byHttp)
    {
        var (stalledName, livelyName) = ($"limits_stalled_{byHttp}", $"limits_lively_{byHttp}");
        var (_, stalledToken) = await _cluster.AddGroupAsync(stalledName, "XRPUSDT");
        var (_, livelyToken) = await _cluster.AddGroupAsync(livelyName, "XRPUSDT");
        using var stalled = await RawSocket.ConnectAsync(_cluster.Socket, $"trading_group_token={stalledToken}", byHttp);
        await using var lively = await Bot.GroupAsync(_cluster, livelyToken);
        await lively.ReceiveAsync();
        await using var trigger = await Bot.TriggerAsync(_cluster, await _cluster.AddTriggerAsync($"limits_trigger_{byHttp}"));
        await trigger.ReceiveAsync();
        var payload = new string('x', 60_000);
        const int Events = 200;
        for (var n = 0; n < Events; n++)
        {
            var reply = await trigger.AskAsync(Bot.Immediate($"{n}", payload, stalledName, livelyName));
            Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo("accepted"), reply.ToJsonString());
            Assert.That((await lively.OfTypeAsync("event"))["title"]!.GetValue<string>(), Is.EqualTo($"{n}"));
        }

        // It wakes up to find itself closed, not to a gap.
        await Wait.UntilAsync("the stalled session is gone", async () =>
            (await trigger.AskAsync(Bot.Immediate("count", "{}", stalledName)))["dispatched_clients"]!.GetValue<int>() == 0);
        var frames = 0;
        while (await stalled.ReceiveAsync() is { Opcode: 1 })
        {
            frames++;
        }

        Assert.That(frames, Is.LessThan(Events));
    }

    [Test]
    public async Task A_ticket_lets_one_connection_in_and_no_second()
    {
        var (_, token) = await _cluster.AddGroupAsync("limits_ticket");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_cluster.Front, "/api/v1/ws-tickets"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _cluster.Http.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        var ticket = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["ticket"]!.GetValue<string>();
        await using (var bot = await Bot.ConnectAsync(_cluster.Socket, $"ticket={ticket}"))
        {
            Assert.That((await bot.ReceiveAsync())!["config"]!["group_name"]!.GetValue<string>(), Is.EqualTo("limits_ticket"));
        }

        await using var second = await Bot.ConnectAsync(_cluster.Socket, $"ticket={ticket}");
        Assert.That(await second.ReceiveAsync(), Is.Null);
        Assert.That(second.CloseStatus, Is.EqualTo(WebSocketCloseStatus.PolicyViolation));
    }

    [Test]
    public async Task Tickets_that_nobody_uses_are_few_and_so_are_those_of_one_address()
    {
        var (_, token) = await _cluster.AddGroupAsync("limits_tickets");
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TicketAsync(token)));
        Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created), Is.EqualTo(10), "asked for at the same time they are counted one by one");
        Assert.That(answers.Where(a => a.Status != HttpStatusCode.Created).Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.TooManyRequests));
        await using (var bot = await Bot.ConnectAsync(_cluster.Socket, $"ticket={answers.First(a => a.Ticket is not null).Ticket}"))
        {
            Assert.That(await bot.ReceiveAsync(), Is.Not.Null);
        }

        Assert.That((await TicketAsync(token)).Status, Is.EqualTo(HttpStatusCode.Created), "one that is used makes room");

        // What is asked for before a token is looked at.
        for (var n = 0; n < TicketBurst; n++)
        {
            await TicketAsync("tg_nobody");
        }

        Assert.That((await TicketAsync("tg_nobody")).Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [TestCase("POST", "HTTP/1.1", "", "", 405, "Allow: GET")]
    [TestCase("get", "HTTP/1.1", "", "", 405, "Allow: GET")]
    [TestCase("GET", "HTTP/1.0", "", "", 426, "Upgrade: websocket")]
    [TestCase("GET", "HTTP/1.1", "Upgrade: websocket", "Accept: */*", 426, "Upgrade: websocket")]
    [TestCase("GET", "HTTP/1.1", "Version: 13", "Version: 8", 426, "Sec-WebSocket-Version: 13")]
    [TestCase("GET", "HTTP/1.1", "Version: 13", "Version: 8\r\nSec-WebSocket-Version: 13", 426, "Sec-WebSocket-Version: 13")]
    [TestCase("GET", "HTTP/1.1", "BzIG5v", "Bz IG5v", 400, "")]
    [TestCase("GET", "HTTP/1.1", "Host: a\r\n", "", 400, "")]
    [TestCase("GET", "HTTP/1.1", "Host: a\r\n", "Host: a b<>\r\n", 400, "")]
    [TestCase("GET", "HTTP/1.1", "Host: a\r\n", "Host: a\r\nContent-Length: 5\r\n", 400, "")]
    [TestCase("GET", "HTTP/1.1", "Upgrade: websocket", "Upgrade: foo, WebSocket", 101, "Upgrade: websocket")]
    public async Task A_handshake_is_as_the_standard_wants_it_or_told_why_not(string method, string version, string part, string instead, int status, string header)
    {
        var head = $"{method} /ws/events {version}\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBzIG5vbg==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        var answer = await RawSocket.AskAsync(_cluster.Socket, part.Length == 0 ? head : head.Replace(part, instead, StringComparison.Ordinal));
        Assert.That(answer, Does.StartWith($"HTTP/1.1 {status} "));
        Assert.That(answer, Does.Contain(header));
    }

    [Test]
    public async Task A_connection_that_says_nothing_or_not_all_of_its_request_ends()
    {
        using var silent = await RawSocket.OpenAsync(_cluster.Socket);
        using var half = await RawSocket.OpenAsync(_cluster.Socket);
        await half.SendAsync("GET /ws/events HTTP/1.1\r\nHost: a\r\n"u8.ToArray());
        var ends = await Task.WhenAll(new[] { silent, half }.Select(c => c.EndsInOrderAsync(TimeSpan.FromSeconds(60))));
        Assert.That(ends, Is.All.True);
    }

    [Test]
    public async Task A_refused_frame_ends_the_connection_in_order_with_the_clients_close([Values] bool byHttp)
    {
        var (_, token) = await _cluster.AddGroupAsync($"limits_refused_{byHttp}");
        using var raw = await RawSocket.ConnectAsync(_cluster.Socket, $"trading_group_token={token}", byHttp);
        await raw.ReceiveAsync();
        await raw.SendAsync(RawSocket.Frame(0x82, new byte[20_000]));
        Assert.That(await raw.CloseAsync(), Is.EqualTo((1003, "BINARY_NOT_SUPPORTED")));
        await raw.SendAsync(RawSocket.Frame(0x88, [0x03, 0xEB]));
        Assert.That(await raw.EndsInOrderAsync(TimeSpan.FromSeconds(30)), Is.True);
    }

    [Test]
    public async Task What_was_sent_before_a_half_close_is_answered()
    {
        var (_, token) = await _cluster.AddGroupAsync("limits_half_close");
        using var raw = await RawSocket.ConnectAsync(_cluster.Socket, $"trading_group_token={token}");
        await raw.ReceiveAsync();
        await raw.SendAsync([.. Enumerable.Repeat(RawSocket.Frame(0x81, """{"type":"system","level":"info","code":"LAST_WORDS"}"""u8), 10).SelectMany(f => f)]);
        raw.HalfClose();
        for (var n = 0; n < 10; n++)
        {
            var reply = await raw.ReceiveAsync();
            Assert.That(Encoding.UTF8.GetString(reply?.Payload ?? []), Does.Contain("logged"));
        }

        Assert.That((await raw.CloseAsync())?.Code, Is.EqualTo(1000));
        Assert.That(await raw.EndsInOrderAsync(TimeSpan.FromSeconds(30)), Is.True);
    }

    [Test]
    public async Task A_frozen_holder_that_wakes_finds_why_it_was_put_out([Values] bool byHttp)
    {
        var (_, token) = await _cluster.AddGroupAsync($"limits_frozen_{byHttp}");
        using var frozen = await RawSocket.ConnectAsync(_cluster.Socket, $"trading_group_token={token}", byHttp);
        await frozen.ReceiveAsync();
        await using var newcomer = await Wait.ForAsync("the token is taken over", async () =>
        {
            var bot = await Bot.GroupAsync(_cluster, token);
            if (await bot.ReceiveAsync() is not null)
            {
                return bot;
            }

            await bot.DisposeAsync();
            return null;
        });
        await using var trigger = await Bot.TriggerAsync(_cluster, await _cluster.AddTriggerAsync($"limits_frozen_trigger_{byHttp}"));
        await trigger.ReceiveAsync();
        Assert.That((await trigger.AskAsync(Bot.Immediate("count", "{}", $"limits_frozen_{byHttp}")))["dispatched_clients"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(await frozen.CloseAsync(), Is.EqualTo((1008, "TOKEN_IN_USE")));
        Assert.That(await frozen.EndsInOrderAsync(TimeSpan.FromSeconds(30)), Is.True);
    }

    [TestCase("features=orders,nonsense")]
    [TestCase("protocol=9")]
    [TestCase("resume_from=-1")]
    public async Task A_parameter_nobody_understands_is_refused_by_name(string parameter)
    {
        var (_, token) = await _cluster.AddGroupAsync($"limits_{parameter.Split('=')[0]}");
        await using var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&{parameter}");
        Assert.That(await bot.ReceiveAsync(), Is.Null);
        Assert.That(bot.CloseReason, Is.EqualTo("BAD_PARAMETER"));
    }

    private async Task<(HttpStatusCode Status, string? Ticket)> TicketAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_cluster.Front, "/api/v1/ws-tickets"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _cluster.Http.SendAsync(request);
        Assert.That(answer.StatusCode != HttpStatusCode.TooManyRequests || answer.Headers.RetryAfter is not null, "says when to come again");
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonObject>())!["ticket"]?.GetValue<string>());
    }
}
