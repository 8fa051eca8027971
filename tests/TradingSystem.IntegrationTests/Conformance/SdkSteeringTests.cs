using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>What each SDK sends for <c>cancel</c> and <c>protect</c>, as the gateway's own parser reads it, and what it sends again.</summary>
[TestFixture(Sdk.Python, 2)]
[TestFixture(Sdk.Python, 3)]
[TestFixture(Sdk.TypeScript, 2)]
[TestFixture(Sdk.TypeScript, 3)]
[TestFixture(Sdk.CSharp, 2)]
[TestFixture(Sdk.CSharp, 3)]
public sealed class SdkSteeringTests(Sdk sdk, int protocol)
{
    private SdkDriver _bot = null!;

    [SetUp]
    public void Start() => _bot = SdkDriver.Start(sdk);

    [TearDown]
    public Task StopAsync() => _bot.DisposeAsync().AsTask();

    [Test]
    public async Task Each_request_is_read_as_it_was_meant()
    {
        var frames = new List<JsonObject>();
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await BeginAsync(line);
            while (true)
            {
                await AnswerAsync(line, frames);
            }
        });
        await _bot.ConnectAsync(gateway.Socket, "token", protocol);
        JsonObject[] asked =
        [
            await _bot.AskAsync("cancel", new() { ["decision_id"] = "d-1" }),
            await _bot.AskAsync("cancel", new() { ["all"] = true }),
            await _bot.AskAsync("protect", new() { ["symbol"] = "BTCUSDT", ["stop_loss"] = 59000.5, ["take_profit"] = null }),
            await _bot.AskAsync("protect", new() { ["symbol"] = "BTCUSDT", ["take_profit"] = 61000 }),
        ];
        Assert.That(asked.Select(a => a["reply"]?["message"]?.GetValue<string>()), Is.All.EqualTo("accepted"), _bot.Output);
        Assert.That(frames.Select(Read), Is.EqualTo(new ClientFrame[]
        {
            new CancelFrame("d-1", null, null, null),
            new CancelFrame(null, null, null, null),
            new ProtectFrame("BTCUSDT", new(59000.5m), new(null), null, null),
            new ProtectFrame("BTCUSDT", null, new(61000m), null, null),
        }));
    }

    [Test]
    public async Task What_means_the_same_twice_goes_out_again_and_a_cancel_of_all_does_not()
    {
        var frames = new List<JsonObject>();
        await using var gateway = await ScriptedGateway.StartAsync(
            async line =>
            {
                await BeginAsync(line);
                frames.Add(await line.ReceiveAsync());
                frames.Add(await line.ReceiveAsync());
                frames.Add(await line.ReceiveAsync());
                await line.CloseAsync(1012, "SERVER_SHUTDOWN");
            },
            async line =>
            {
                await BeginAsync(line);
                while (true)
                {
                    await AnswerAsync(line, frames);
                }
            });
        await _bot.ConnectAsync(gateway.Socket, "token", protocol);
        var cancel = _bot.AskAsync("cancel", new() { ["decision_id"] = "d-1" });
        var protect = _bot.AskAsync("protect", new() { ["symbol"] = "BTCUSDT", ["stop_loss"] = null });
        var all = await _bot.AskAsync("cancel", new() { ["all"] = true });
        Assert.Multiple(async () =>
        {
            Assert.That(all["error"]?.GetValue<string>(), Does.Contain("NoReply").Or.Contain("the connection broke"), all.ToJsonString());
            Assert.That((await cancel)["reply"]?["message"]?.GetValue<string>(), Is.EqualTo("accepted"));
            Assert.That((await protect)["reply"]?["message"]?.GetValue<string>(), Is.EqualTo("accepted"));
            Assert.That(
                frames.Skip(3).Select(f => f.ToJsonString()),
                Is.EquivalentTo(frames.Take(3).Where(f => !f.ToJsonString().Contains("\"all\"", StringComparison.Ordinal)).Select(f => f.ToJsonString())));
        });
    }

    [Test]
    public async Task A_price_that_is_no_number_is_never_taken_for_none()
    {
        var frames = new List<JsonObject>();
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await BeginAsync(line);
            await AnswerAsync(line, frames);
            await line.StayAsync();
        });
        await _bot.ConnectAsync(gateway.Socket, "token", protocol);
        var refused = await _bot.AskAsync("protect", new() { ["symbol"] = "BTCUSDT", ["stop_loss"] = "NaN", ["take_profit"] = 61000 });
        // A decimal of C# cannot be one; there the driver's own reading of the command fails.
        Assert.That(refused["error"], Is.Not.Null, refused.ToJsonString());
        await _bot.AskAsync("cancel", new() { ["decision_id"] = "next" });
        Assert.That(Read(frames.Single()), Is.EqualTo(new CancelFrame("next", null, null, null)), "nothing of the refused one was sent");
    }

    private static async Task BeginAsync(ScriptedGateway.Line line)
    {
        await line.AckAsync();
        await line.ResumedAsync(true, null, 1);
    }

    private static async Task AnswerAsync(ScriptedGateway.Line line, List<JsonObject> frames)
    {
        var frame = await line.ReceiveAsync();
        frames.Add(frame);
        await line.SendAsync(new() { ["ok"] = true, ["message"] = "accepted", ["id"] = "1", ["request_id"] = frame["request_id"]!.DeepClone() });
    }

    private ClientFrame Read(JsonObject frame)
    {
        var parsed = FrameParser.Parse(Encoding.UTF8.GetBytes(frame.ToJsonString()), protocol == 3 ? Dialect.Kind : Dialect.Type);
        Assert.That(parsed.Errors, Is.Empty, frame.ToJsonString());
        return parsed.Frame switch
        {
            CancelFrame cancel => cancel with { RequestId = null },
            ProtectFrame protect => protect with { RequestId = null },
            _ => throw new AssertionException(frame.ToJsonString()),
        };
    }
}
