using System.Text.Json.Nodes;
using System.Text.Unicode;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.TestSupport.Wire;

namespace TradingSystem.IntegrationTests.Gateway.Connections;

/// <summary>Malformed frames through a real socket. FUZZ_FRAMES: how many; 3,000 in CI, 100,000 in make soak.</summary>
public sealed class MalformedFuzzTests
{
    private const int Burst = 100;
    private const int Longest = ushort.MaxValue;

    private static readonly int Frames = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_FRAMES"), out var n) ? n : 3_000;

    private readonly FrameFuzzer _fuzzer = new(20251121);
    private int _invalidUtf8;
    private int _refused;
    private int _taken;

    [Test]
    public async Task Every_frame_gets_its_one_reply_or_the_right_close_and_the_process_lives_on()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string> { ["LIMITS"] = "load" });
        var (_, token) = await cluster.AddGroupAsync("malformed");
        for (var sent = 0; sent < Frames;)
        {
            using var socket = await Wait.ForAsync("the token is free", async () =>
            {
                var fresh = await RawSocket.ConnectAsync(cluster.Socket, $"trading_group_token={token}");
                return await fresh.ReceiveAsync() is { Opcode: 1 } ? fresh : null;
            });
            var dialect = Dialect.Type;
            var open = true;
            while (open && sent < Frames)
            {
                var burst = NextBurst();
                open = await AskAsync(socket, burst, d => dialect = d, dialect);
                sent += burst.Count;
            }
        }

        TestContext.Out.WriteLine($"{Frames} frames: {_refused} refused, {_taken} taken, {_invalidUtf8} closed with 1007");
        var log = cluster.WholeLog("standalone");
        Assert.Multiple(() =>
        {
            Assert.That(_refused, Is.GreaterThan(Frames / 3));
            Assert.That(_invalidUtf8, Is.GreaterThan(0));
            Assert.That(log, Does.Not.Contain("Unhandled"));
            Assert.That(log, Does.Not.Contain("fail:"));
        });
        using var ready = await cluster.Http.GetAsync(new Uri(cluster.Front, "/readyz"));
        Assert.That(ready.IsSuccessStatusCode);
    }

    /// <summary>Frames up to and with the first that must close the connection.</summary>
    private List<byte[]> NextBurst()
    {
        var frames = new List<byte[]>();
        while (frames.Count < Burst && (frames.Count == 0 || Utf8.IsValid(frames[^1])))
        {
            var frame = _fuzzer.Next();
            if (frame.Length <= Longest)
            {
                frames.Add(frame);
            }
        }

        return frames;
    }

    /// <summary>False when the connection was closed, as it had to be.</summary>
    private async Task<bool> AskAsync(RawSocket socket, List<byte[]> frames, Action<Dialect> spoken, Dialect dialect)
    {
        await socket.SendAsync([.. frames.SelectMany(f => RawSocket.Frame(0x81, f))]);
        foreach (var frame in frames)
        {
            if (!Utf8.IsValid(frame))
            {
                _invalidUtf8++;
                Assert.That(await socket.CloseAsync(), Is.EqualTo((1007, "INVALID_UTF8")));
                return false;
            }

            var expected = FrameParser.Parse(frame, dialect);
            dialect = expected.Dialect;
            spoken(dialect);
            var answer = await ReplyAsync(socket);
            if (expected.Frame is null)
            {
                _refused++;
                Assert.That(answer["ok"]!.GetValue<bool>(), Is.False, answer.ToJsonString());
                Assert.That(answer["message"]!.GetValue<string>(), Is.EqualTo("validation_error").Or.EqualTo("forbidden_event"), answer.ToJsonString());
                Assert.That(answer["detail"]!.AsArray(), Is.Not.Empty, answer.ToJsonString());
            }
            else
            {
                _taken++;
            }
        }

        return true;
    }

    /// <summary>Past what is pushed meanwhile.</summary>
    private static async Task<JsonObject> ReplyAsync(RawSocket socket)
    {
        while (await socket.ReceiveAsync() is { } frame)
        {
            var json = frame.Opcode == 1 ? JsonNode.Parse(frame.Payload)!.AsObject() : [];
            if (json.ContainsKey("ok") || (json["type"] ?? json["kind"])?.GetValue<string>() == "pong")
            {
                return json;
            }
        }

        throw new InvalidOperationException("the connection ended");
    }
}
