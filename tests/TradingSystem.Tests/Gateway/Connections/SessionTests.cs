using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Framing;
using TradingSystem.TestSupport.Servers;
using static TradingSystem.Tests.Gateway.Connections.SessionRig;

namespace TradingSystem.Tests.Gateway.Connections;

/// <summary>RFC 6455 from the first frame to the end of the connection, on a clock that is moved by hand.</summary>
public sealed class SessionTests
{
    private static readonly byte[] Ack = "ack"u8.ToArray();

    [Test]
    public async Task The_ack_comes_first_and_a_pong_before_the_reply_to_what_came_after_its_ping()
    {
        using var rig = new SessionRig();
        await rig.SendAsync([.. Frame(0x89, "a"u8), .. Ask("1"), .. Frame(0x89, "b"u8), .. Ask("2")]);
        rig.Session.Begin(Ack);
        rig.Run();
        Assert.That(await rig.ReceiveAsync(), Is.EqualTo((Opcode.Text, "ack")));
        var others = new List<string>();
        while (others.Count < 4)
        {
            others.Add((await rig.ReceiveAsync()) is (Opcode.Pong, var pong) ? pong : "reply");
        }

        Assert.That(others.IndexOf("a"), Is.LessThan(others.IndexOf("reply")));
        Assert.That(others.IndexOf("b"), Is.LessThan(others.LastIndexOf("reply")));
    }

    [Test]
    public async Task Of_pings_that_come_too_often_the_newest_is_answered()
    {
        using var rig = new SessionRig(new() { FramesPerSecond = 1, FrameBurst = 5 });
        await rig.SendAsync([.. Enumerable.Range(0, 300).SelectMany(n => Frame(0x89, [(byte)(n / 100 + '0'), (byte)(n / 10 % 10 + '0'), (byte)(n % 10 + '0')]))]);
        rig.Run();
        var pongs = new List<string>();
        while (pongs.LastOrDefault() != "299")
        {
            var (opcode, payload) = await rig.ReceiveAsync();
            Assert.That(opcode, Is.EqualTo(Opcode.Pong));
            pongs.Add(payload);
        }

        Assert.That(pongs, Is.Ordered);
        Assert.That(pongs.Take(5), Is.EqualTo(new[] { "000", "001", "002", "003", "004" }));
    }

    [Test]
    public async Task What_was_said_before_a_half_close_is_answered_and_then_the_connection_ends_in_order()
    {
        using var rig = new SessionRig();
        await rig.SendAsync([.. Enumerable.Range(0, 10).SelectMany(n => Ask($"{n}"))]);
        rig.HalfClose();
        rig.Run();
        for (var n = 0; n < 10; n++)
        {
            Assert.That((await rig.ReceiveAsync()).Payload, Does.Contain($"\"id\":\"{n}\""));
        }

        Assert.That((await rig.ReceiveAsync()).Opcode, Is.EqualTo(Opcode.Close));
        await rig.EndedAsync();
        Assert.That(rig.IsReset, Is.False);
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        TestCaseData Case(string name, byte[] bytes, CloseReason expected) => new TestCaseData(bytes, expected).SetArgDisplayNames(name);
        yield return Case("binary", Frame(0x82, new byte[300]), CloseCodes.BinaryFrame);
        yield return Case("no mask", Frame(0x81, "{}"u8, masked: false), CloseCodes.ProtocolError);
        yield return Case("a reserved bit", Frame(0xC1, new byte[70_000]), CloseCodes.ProtocolError);
        yield return Case("a reserved opcode", Frame(0x83, "x"u8), CloseCodes.ProtocolError);
        yield return Case("a long ping", Frame(0x89, new byte[126]), CloseCodes.ProtocolError);
        yield return Case("a continuation of nothing", Frame(0x80, "x"u8), CloseCodes.ProtocolError);
        yield return Case("a text that is too long", Frame(0x81, new byte[65_537]), CloseCodes.FrameTooLarge);
        yield return Case("no UTF-8", Frame(0x81, [0xC0]), CloseCodes.InvalidUtf8);
    }

    [TestCaseSource(nameof(Refused))]
    public async Task After_a_refused_frame_the_connection_ends_in_order_with_the_peers_close(byte[] bytes, CloseReason expected)
    {
        using var rig = new SessionRig();
        rig.Run();
        var sending = rig.SendAsync([.. bytes, .. Frame(0x89, "still talking"u8)]);
        Assert.That(await rig.ReceiveAsync(), Is.EqualTo((Opcode.Close, $"{expected.Code} {expected.Reason}")));
        await sending;
        await rig.SendAsync(Close(expected.Code));
        await rig.EndedAsync();
        Assert.That(rig.IsReset, Is.False);
    }

    [Test]
    public async Task Where_frames_cannot_be_told_apart_any_more_a_moment_of_silence_ends_the_connection_in_order()
    {
        using var rig = new SessionRig();
        rig.Run();
        await rig.SendAsync(Frame(0x81, [], announced: 100_000));
        Assert.That((await rig.ReceiveAsync()).Payload, Is.EqualTo("1009 FRAME_TOO_LARGE"));
        await rig.SendAsync(Close(1009));
        await PassAsync(rig, TimeSpan.FromMilliseconds(100), most: TimeSpan.FromSeconds(2), timers: 2);
        await rig.EndedAsync();
        Assert.That(rig.IsReset, Is.False);
    }

    [Test]
    public async Task A_peer_that_does_not_answer_a_close_finds_an_orderly_end_behind_it()
    {
        using var rig = new SessionRig();
        rig.Run();
        rig.Session.Close(CloseCodes.LeaseLost);
        Assert.That((await rig.ReceiveAsync()).Payload, Is.EqualTo("1008 TOKEN_IN_USE"));
        await Wait.UntilAsync("the writer is done", () => rig.Session.IsWriterDone);
        await PassAsync(rig, TimeSpan.FromSeconds(1), most: TimeSpan.FromSeconds(10));
        await rig.EndedAsync();
        Assert.That(rig.IsReset, Is.False);
    }

    [Test]
    public async Task A_peer_that_takes_nothing_is_broken_off_after_its_close()
    {
        using var rig = new SessionRig(unreadBytes: 1);
        rig.Session.Begin(Ack);
        rig.Run();
        rig.Session.Close(CloseCodes.LeaseLost);
        rig.Time.Advance(TimeSpan.FromSeconds(6));
        await Wait.UntilAsync("a reset", () => rig.IsReset);
    }

    [Test]
    public async Task Each_message_has_its_own_time_however_the_packets_are_cut()
    {
        using var rig = new SessionRig();
        rig.Run();
        var frame = Ask("cut");
        await rig.SendAsync(frame[..10]);
        for (var n = 0; n < 10; n++)
        {
            await rig.SendAsync([.. frame[10..], .. frame[..10]]);
            Assert.That((await rig.ReceiveAsync()).Opcode, Is.EqualTo(Opcode.Text));
            rig.Time.Advance(TimeSpan.FromSeconds(2));
            rig.Session.Check();
        }

        await rig.SendAsync([.. frame[10..], .. Frame(0x01, "{"u8)]);
        Assert.That((await rig.ReceiveAsync()).Opcode, Is.EqualTo(Opcode.Text), "ten messages in twenty seconds are no message of twenty seconds");

        // Pings between its fragments do not renew a message's time.
        for (var n = 0; n < 6; n++)
        {
            await rig.SendAsync(Frame(0x89, "ping"u8));
            Assert.That(await rig.ReceiveAsync(), Is.EqualTo((Opcode.Pong, "ping")));
            rig.Time.Advance(TimeSpan.FromSeconds(2));
            rig.Session.Check();
        }

        Assert.That((await rig.ReceiveAsync()).Payload, Is.EqualTo("1008 FRAME_TIMEOUT"));
    }

    [Test]
    public async Task Bytes_beyond_the_rate_are_not_read_before_their_time()
    {
        using var rig = new SessionRig(new() { BytesPerSecond = 4096 });
        rig.Run();
        await rig.SendAsync([.. Enumerable.Range(0, 10).SelectMany(n => Ask($"{n}"))]);
        for (var n = 0; n < 10; n++)
        {
            await rig.ReceiveAsync();
        }

        // Ten small frames cost ten KiB.
        await rig.SendAsync(Ask("later"));
        var later = rig.ReceiveAsync();
        await Wait.UntilAsync("a timer", () => rig.Time.WaitingTimers > 0);
        Assert.That(later.IsCompleted, Is.False);
        await PassAsync(rig, TimeSpan.FromMilliseconds(500), most: TimeSpan.FromSeconds(3), until: later);
        Assert.That((await later).Payload, Does.Contain("later"));
    }

    [Test]
    public async Task A_message_is_not_late_because_it_is_not_read()
    {
        using var rig = new SessionRig(new() { BytesPerSecond = 1024, FrameDeadline = TimeSpan.FromSeconds(2) });
        rig.Run();
        await rig.SendAsync([.. Enumerable.Range(0, 5).SelectMany(n => Ask($"{n}")), .. Ask("rest")[..10]]);
        for (var n = 0; n < 5; n++)
        {
            await rig.ReceiveAsync();
        }

        await rig.SendAsync(Ask("rest")[10..]);
        var rest = rig.ReceiveAsync();
        await Wait.UntilAsync("a timer", () => rig.Time.WaitingTimers > 0);
        await PassAsync(rig, TimeSpan.FromMilliseconds(500), most: TimeSpan.FromSeconds(8), until: rest, meanwhile: rig.Session.Check);
        Assert.That((await rest).Payload, Does.Contain("rest"));
    }

    [Test]
    public async Task Replies_that_are_not_read_count_as_what_the_peer_lags_behind()
    {
        const int Frames = 5000;
        using var rig = new SessionRig(new() { OutboundQueueBytes = 4000 }, unreadBytes: 1);
        rig.Run();
        var sending = rig.SendAsync([.. Enumerable.Range(0, Frames).SelectMany(_ => Text("this is no JSON"))]);
        await Wait.UntilAsync("it is behind", () => rig.Session.IsBehind);
        Assert.That(sending.IsCompleted, Is.False, "most is not read while its replies are not");
        await Wait.UntilAsync("what is waiting", () =>
        {
            // A write that is only about to begin is not yet late.
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            rig.Session.Check();
            return rig.Session.IsAliveAsync() is { IsCompletedSuccessfully: true, Result: false };
        });
        var replies = 0;
        (Opcode Opcode, string Payload) frame;
        while ((frame = await rig.ReceiveAsync()).Opcode == Opcode.Text)
        {
            replies++;
        }

        Assert.That(frame, Is.EqualTo((Opcode.Close, "1013 SLOW_CONSUMER")));
        Assert.That(replies, Is.LessThan(Frames));
    }

    [Test]
    public async Task A_process_that_stood_still_does_not_hold_its_own_silence_against_the_peer()
    {
        using var rig = new SessionRig();
        rig.Run();
        await rig.SendAsync(Ask("begun")[..10]);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        rig.Session.Awoke();
        rig.Session.Check();
        Assert.That(rig.IsReset, Is.False);
        await rig.SendAsync(Ask("begun")[10..]);
        Assert.That((await rig.ReceiveAsync()).Payload, Does.Contain("begun"));
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        rig.Session.Check();
        Assert.That(rig.IsReset, Is.True, "a peer that is really silent is given up");
    }

    /// <summary>
    /// Time goes on in steps until the session has ended, or <paramref name="until"/> is there, and only while <paramref name="timers"/> wait for it.
    /// </summary>
    private static async Task PassAsync(SessionRig rig, TimeSpan step, TimeSpan most, Task? until = null, Action? meanwhile = null, int timers = 1)
    {
        for (var passed = TimeSpan.Zero; passed < most && !(until ?? rig.Running).IsCompleted; passed += step)
        {
            await Wait.UntilAsync("the next timer or the end", () => rig.Time.WaitingTimers >= timers || (until ?? rig.Running).IsCompleted);
            rig.Time.Advance(step);
            meanwhile?.Invoke();
        }
    }
}
