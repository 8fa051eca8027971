using System.Text.Json.Nodes;
using NUnit.Framework;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>Bad networks: every SDK comes back by itself, misses nothing, and trades once.</summary>
[TestFixture(Sdk.Python, 2)]
[TestFixture(Sdk.Python, 3)]
[TestFixture(Sdk.TypeScript, 2)]
[TestFixture(Sdk.TypeScript, 3)]
[TestFixture(Sdk.CSharp, 2)]
[TestFixture(Sdk.CSharp, 3)]
public sealed class SdkResumeTests(Sdk sdk, int protocol)
{
    private TestGroup _group = null!;
    private SdkDriver _bot = null!;
    private FaultyProxy _network = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _group = await AddGroupAsync();
        _bot = SdkDriver.Start(sdk);
        _network = new FaultyProxy(Cluster.Socket);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bot.DisposeAsync();
        await _network.DisposeAsync();
        Assert.That(_bot.Output, Does.Not.Contain(_group.Token), "the token is never printed");
    }

    [Test]
    public async Task Events_while_it_was_away_arrive_in_order_and_once()
    {
        await ConnectAsync();
        await RaiseAsync(_group, "tick 1");
        await ArrivedAsync(1);
        _network.Refuses = true;
        _network.Cut();
        await _bot.SeeAsync("disconnected", _ => true);
        for (var i = 2; i <= 10; i++)
        {
            await RaiseAsync(_group, $"tick {i}");
        }

        _network.Refuses = false;
        await ArrivedAsync(10);
        await RaiseAsync(_group, "tick 11");
        await ArrivedAsync(11);
        Assert.Multiple(() =>
        {
            Assert.That(_bot.Titles("tick"), Is.EqualTo(Ticks(11)));
            Assert.That(_bot.Seen("event").Where(e => e["replayed"]?.GetValue<bool>() == true), Is.Not.Empty);
            Assert.That(_bot.Seen("gap"), Is.Empty);
        });
    }

    [Test]
    public async Task Even_before_the_first_event_nothing_is_missed()
    {
        await ConnectAsync();
        _network.Refuses = true;
        _network.Cut();
        await _bot.SeeAsync("disconnected", _ => true);
        await RaiseAsync(_group, "tick 1");
        _network.Refuses = false;
        await ArrivedAsync(1);
        Assert.That(_bot.Seen("gap"), Is.Empty);
    }

    [Test]
    public async Task Cuts_at_any_moment_lose_double_or_reorder_nothing()
    {
        await ConnectAsync();
        for (var i = 1; i <= 60; i++)
        {
            await RaiseAsync(_group, $"tick {i}");
            if (i % 12 == 0)
            {
                _network.Cut();
            }
        }

        await ArrivedAsync(60);
        Assert.Multiple(() =>
        {
            Assert.That(_bot.Titles("tick"), Is.EqualTo(Ticks(60)));
            Assert.That(_bot.Seen("gap"), Is.Empty);
            Assert.That(_bot.Seen("disconnected"), Is.Not.Empty);
        });
    }

    [Test]
    public async Task A_decision_whose_reply_was_lost_is_sent_again_and_stays_one_order()
    {
        await ConnectAsync();
        var key = $"lost-{_group.Name}";
        _network.LoseReplies();
        var deciding = _bot.DecideAsync("LONG", key);
        await Wait.UntilAsync("the order is there", async () => (await OrdersAsync()).Count == 1);
        _network.Cut();
        var reply = await deciding;
        await _bot.SeeAsync("order", IsFilled);

        // Handlers run one after the other: what is raised now is reported after all that the order had to say.
        await RaiseAsync(_group, "tick 1");
        await ArrivedAsync(1);
        Assert.Multiple(() =>
        {
            Assert.That(reply["duplicate"]?.GetValue<bool>(), Is.True, reply.ToJsonString());
            Assert.That(_bot.Seen("order").Count(IsFilled), Is.EqualTo(1), _bot.Output);
        });
        Assert.That(await OrdersAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_connection_that_went_silent_is_given_up_and_replaced()
    {
        await _bot.ConnectAsync(_network.Socket, _group.Token, protocol, new() { ["heartbeat_s"] = 1 });
        _network.GoSilent();
        await RaiseAsync(_group, "tick 1");
        await ArrivedAsync(1);
        Assert.That(_bot.Seen("disconnected"), Is.Not.Empty);
        Assert.That(_bot.Seen("gap"), Is.Empty);
    }

    [Test]
    public async Task What_is_lost_for_good_is_told_and_what_is_held_still_comes()
    {
        await ConnectAsync();
        await RaiseAsync(_group, "tick 1");
        var seq = (await ArrivedAsync(1))["seq"]!.GetValue<long>();
        await _bot.DisposeAsync();
        const int Last = HistoryFrames + 20;
        for (var i = 2; i <= Last; i++)
        {
            await RaiseAsync(_group, $"tick {i}");
        }

        _bot = SdkDriver.Start(sdk);
        await _bot.ConnectAsync(_network.Socket, _group.Token, protocol, new() { ["resume_from"] = seq });
        var gap = await _bot.SeeAsync("gap", _ => true);
        await ArrivedAsync(Last);
        var titles = _bot.Titles("tick");
        Assert.Multiple(() =>
        {
            Assert.That(gap["after"]!.GetValue<long>(), Is.EqualTo(seq));
            Assert.That(gap["first_seq"]!.GetValue<long>(), Is.GreaterThan(seq));
            Assert.That(titles, Has.Count.GreaterThan(HistoryFrames / 2));
            Assert.That(titles, Is.EqualTo(Ticks(Last).TakeLast(titles.Count)));
        });
    }

    private Task<JsonObject> ConnectAsync() => _bot.ConnectAsync(_network.Socket, _group.Token, protocol);

    private Task<JsonObject> ArrivedAsync(int tick) => _bot.SeeAsync("event", e => e["title"]!.GetValue<string>() == $"tick {tick}");

    private Task<IReadOnlyList<JsonNode>> OrdersAsync() => Cluster.ListAsync($"/api/v1/orders?group_id={_group.Id}");

    private static bool IsFilled(JsonObject order) => order["status"]!.GetValue<string>() == "filled";

    private static IEnumerable<string> Ticks(int count) => Enumerable.Range(1, count).Select(i => $"tick {i}");
}
