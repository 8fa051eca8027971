using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.IntegrationTests.Trigger.Storm;

/// <summary>Nodes that let events through or hold them back, on one PostgreSQL.</summary>
[TestFixture]
public sealed class StormTests
{
    private readonly FixtureDatabase _database = new();
    private readonly StoppedClock _clock = new() { Time = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero) };
    private RecordedBus _bus = null!;
    private ServiceProvider _services = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(_database.ConnectionString));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        _services = services.BuildServiceProvider();
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public async Task ForgetAsync()
    {
        _bus = new();
        await using var db = Db();
        await db.Signals.ExecuteDeleteAsync();
        await db.TargetedGroups.ExecuteDeleteAsync();
        await new Node(this).Groups.SaveAsync([Group("alpha", "BTCUSDT"), Group("beta", "ETHUSDT"), Group("away", "BTCUSDT", active: false)], CancellationToken.None);
    }

    [Test]
    public async Task A_thousand_of_ten_kinds_on_two_nodes_at_once_wake_ten_times_and_each_other_names_the_one_it_follows()
    {
        var nodes = new[] { new Node(this, perMinute: 0), new Node(this, perMinute: 0) };

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async i =>
        {
            var (node, signal) = (nodes[i / 10 % 2], Event($"kind {i % 10}", "*"));
            // On a busy machine the lock may not come in time; then nothing was decided.
            await Wait.UntilAsync("it is decided", async () => await node.Gate.RaiseAsync(signal) == PublishOutcome.Durable);
        }));

        Assert.That(_bus.Events.Select(e => e.Title).Order(), Is.EqualTo(Enumerable.Range(0, 10).Select(k => $"kind {k}")));
        await using var db = Db();
        var rows = await db.Signals.AsNoTracking().Include(s => s.Holds).ToListAsync();
        var sent = _bus.Events.ToDictionary(e => e.Title, e => e.Id);
        Assert.That(rows, Has.Count.EqualTo(1_000));
        Assert.That(
            rows.Where(r => r.Outcome == StormWords.HeldBack).Select(r => r.Holds.TrueForAll(h => h.Reason == StormWords.SameEvent && h.SameAs == sent[r.Title])),
            Is.All.True.And.Exactly(990).Items);
    }

    [Test]
    public async Task What_was_decided_of_an_event_stays_so_and_it_is_sent_again_as_it_was()
    {
        var (node, other) = (new Node(this), new Node(this));
        var (first, then) = (Event("up", "alpha"), Event("up", "alpha"));
        await node.Gate.RaiseAsync(first);
        await node.Gate.RaiseAsync(then);

        await other.Gate.RaiseAsync(first);
        await other.Gate.RaiseAsync(then);

        Assert.That(_bus.Events.Select(e => e.Id), Is.EqualTo(new[] { first.Item.Id, first.Item.Id }));
        await using var db = Db();
        Assert.That(await db.Signals.CountAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task What_follows_is_told_one_by_one_and_counted_in_one_summary_once_the_time_is_over()
    {
        var node = new Node(this);
        await node.Gate.RaiseAsync(Event("up", "alpha", "symbol:ETHUSDT"));
        for (var i = 0; i < 4; i++)
        {
            _clock.Time += TimeSpan.FromSeconds(1);
            await node.Gate.RaiseAsync(Event("up", "alpha", "symbol:ETHUSDT"));
        }

        await node.LookAsync();
        Assert.That(_bus.Logs.Select(l => (l.Code, l.SourceId)), Is.All.EqualTo(("EVENT_HELD_BACK", "rule:test")).And.Exactly(4).Items);
        Assert.That(_bus.Events, Has.Count.EqualTo(1), "more may follow");

        _clock.Time += TimeSpan.FromSeconds(10);
        await Task.WhenAll(node.LookAsync(), new Node(this).LookAsync());
        await node.LookAsync();

        var summary = _bus.Events[^1];
        Assert.That(_bus.Events, Has.Count.EqualTo(2));
        Assert.That(
            (summary.Title, string.Join(',', summary.Targets), summary.SourceId, summary.Tags.Single()), Is.EqualTo(("4 more of: up", "alpha,beta", "storm:same_event", "storm_summary")));
        var payload = JsonNode.Parse(summary.Payload)!;
        Assert.That((payload["count"]!.GetValue<int>(), payload["held_back"]!.GetValue<string>()), Is.EqualTo((4, "same_event")));
        Assert.That((payload["first_at"]!.GetValue<string>(), payload["last_at"]!.GetValue<string>()), Is.EqualTo((Text(-13), Text(-10))));
        Assert.That(payload["same_as"]!.GetValue<string>(), Is.EqualTo(_bus.Events[0].Id.ToString()));
        Assert.That(_bus.Logs, Has.Count.EqualTo(4), "each is told once");
        await using var db = Db();
        Assert.That(await db.Holds.CountAsync(h => h.SummaryId == summary.Id), Is.EqualTo(8), "of each group");

        string Text(int seconds) => _clock.Time.AddSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Test]
    public async Task A_group_without_room_is_left_out_and_counted_for_and_the_others_are_woken()
    {
        var node = new Node(this, perMinute: 2);
        await node.Gate.RaiseAsync(Event("one", "alpha"));
        await node.Gate.RaiseAsync(Event("two", "alpha"));
        await node.Gate.RaiseAsync(Event("three", "*"));
        await node.Gate.RaiseAsync(Event("four", "alpha"));

        Assert.That(_bus.Events.Select(e => string.Join(',', e.Targets)), Is.EqualTo(new[] { "alpha", "alpha", "beta" }));

        _clock.Time += TimeSpan.FromMinutes(1);
        await node.LookAsync();

        var summary = _bus.Events[^1];
        Assert.That((summary.Title, string.Join(',', summary.Targets), summary.SourceId), Is.EqualTo(("2 events held back, more than a minute's: three", "alpha", "storm:budget")));
        Assert.That(_bus.Logs.Select(l => JsonNode.Parse(l.Detail!)!["held_from"]![0]!["reason"]!.GetValue<string>()), Is.EqualTo(new[] { "budget", "budget" }));
        await node.Gate.RaiseAsync(Event("five", "alpha"));
        Assert.That(_bus.Events[^1].Title, Is.EqualTo("five"), "a summary takes nobody's room");
    }

    [Test]
    public async Task What_the_bus_does_not_take_is_told_again_under_the_same_id()
    {
        var node = new Node(this);
        await node.Gate.RaiseAsync(Event("up", "alpha"));
        await node.Gate.RaiseAsync(Event("up", "alpha"));
        _bus.Outcome = PublishOutcome.Unavailable;
        _clock.Time += TimeSpan.FromSeconds(11);
        await node.LookAsync();
        _bus.Outcome = PublishOutcome.Durable;

        _clock.Time += TimeSpan.FromSeconds(31);
        await new Node(this).LookAsync();

        Assert.That(_bus.Events.Skip(1).Select(e => e.Id).Distinct().Count(), Is.EqualTo(1));
        Assert.That((_bus.Events.Count, _bus.Logs.Count, _bus.Logs.Select(l => l.Id).Distinct().Count()), Is.EqualTo((3, 2, 1)));
        await using var db = Db();
        Assert.That(await db.Signals.CountAsync(s => s.ToldAt == null || (s.Event != null && s.ConfirmedAt == null)), Is.Zero);
    }

    [Test]
    public async Task Asking_what_would_become_of_an_event_changes_nothing()
    {
        var node = new Node(this);
        var trial = Event("up", "symbol:BTCUSDT");

        var would = await node.Book.TryAsync(trial, CancellationToken.None);

        Assert.That((would.Outcome, string.Join(',', would.Groups)), Is.EqualTo(("sent", "alpha")), "a group that is switched off is nobody to wake");
        await using var db = Db();
        Assert.That(await db.Signals.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Without_the_database_nothing_is_sent_and_that_is_said()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Password=none;Timeout=1");
        var gate = new StormGate(new StormBook(nowhere, new StormOptions(), _clock), _bus, _clock, NullLogger<StormGate>.Instance);

        Assert.That(await gate.RaiseAsync(Event("up", "alpha")), Is.EqualTo(PublishOutcome.Unknown));
        Assert.That(_bus.Events, Is.Empty);
    }

    [Test]
    public async Task What_is_let_through_is_kept_and_sent_once_the_bus_takes_it_by_whichever_node()
    {
        foreach (var outcome in new[] { PublishOutcome.Unavailable, PublishOutcome.Unknown })
        {
            _bus.Outcome = outcome;
            Assert.That(await new Node(this).Gate.RaiseAsync(Event($"{outcome}", "alpha")), Is.EqualTo(PublishOutcome.Durable), "it is kept");
        }

        Assert.That(await new Node(this).WokenAsync(Event("Unknown", "alpha")), Is.Empty, "it will be sent, so another is the same");
        _bus.Outcome = PublishOutcome.Durable;
        var tries = _bus.Events.Count;
        await new Node(this).Teller.TellAsync(CancellationToken.None);
        Assert.That(_bus.Events, Has.Count.EqualTo(tries), "whoever had it judged is still at it");

        _clock.Time += TimeSpan.FromSeconds(11);
        await Task.WhenAll(new Node(this).Teller.TellAsync(CancellationToken.None), new Node(this).Teller.TellAsync(CancellationToken.None));

        Assert.That(_bus.Events.Skip(tries).Select(e => e.Title), Is.EquivalentTo(new[] { "Unavailable", "Unknown" }));
        Assert.That(_bus.Events.Select(e => (e.Title, e.Id)).Distinct().Count(), Is.EqualTo(2), "under its id");
        await using var db = Db();
        Assert.That(await db.Signals.AllAsync(s => s.ConfirmedAt != null));
    }

    [Test]
    public async Task What_the_bus_did_not_take_while_it_was_news_is_given_up_and_that_is_told()
    {
        var node = new Node(this);
        _bus.Outcome = PublishOutcome.Unavailable;
        var (minute, usual) = (Event("minute", "alpha") with { News = TimeSpan.FromMinutes(1) }, Event("usual", "alpha"));
        await node.Gate.RaiseAsync(minute);
        await node.Gate.RaiseAsync(usual);
        _clock.Time += TimeSpan.FromSeconds(61);
        await node.Teller.TellAsync(CancellationToken.None);
        await using var db = Db();
        Assert.That(await db.Signals.AnyAsync(s => s.GivenUpAt != null), Is.False, "nobody has heard of it");

        _bus.Outcome = PublishOutcome.Durable;
        var tries = _bus.Events.Count;
        _clock.Time += TimeSpan.FromSeconds(1);
        await node.Teller.TellAsync(CancellationToken.None);

        Assert.That(_bus.Events.Skip(tries).Select(e => e.Title), Is.EqualTo(new[] { "usual" }));
        Assert.That(_bus.Logs.Select(l => (l.Code, l.Level)).Distinct(), Is.EqualTo(new[] { ("EVENT_GIVEN_UP", "error") }));
        Assert.That(await db.Signals.AsNoTracking().Where(s => s.GivenUpAt != null).Select(s => s.Title).ToListAsync(), Is.EqualTo(new[] { "minute" }));
        Assert.That(await node.Gate.RaiseAsync(minute), Is.EqualTo(PublishOutcome.Durable));
        Assert.That(_bus.Events[^1].Title, Is.EqualTo("usual"), "asked about again it stays given up");
    }

    [Test]
    public async Task What_was_given_up_holds_nothing_back()
    {
        var node = new Node(this, same: TimeSpan.FromMinutes(5));
        _bus.Outcome = PublishOutcome.Unavailable;
        await node.Gate.RaiseAsync(Event("up", "alpha") with { News = TimeSpan.FromMinutes(1) });
        _bus.Outcome = PublishOutcome.Durable;
        Assert.That(await node.WokenAsync(Event("up", "alpha")), Is.Empty, "it is still to be sent");

        _clock.Time += TimeSpan.FromSeconds(61);

        Assert.That(await node.WokenAsync(Event("up", "alpha")), Is.EqualTo(new[] { "alpha" }));
    }

    [Test]
    public async Task What_went_out_before_anybody_could_decide_counts_once_somebody_can()
    {
        var node = new Node(this, perMinute: 2);
        var (unjudged, heldElsewhere) = (Event("up", "alpha"), Event("up", "alpha"));
        Assert.That(await node.Gate.SendUnjudgedAsync(unjudged), Is.EqualTo(PublishOutcome.Durable));

        await node.Gate.RaiseAsync(heldElsewhere);
        await node.Gate.SendUnjudgedAsync(heldElsewhere);
        await node.Gate.RaiseAsync(Event("other", "alpha"));
        await node.Gate.RaiseAsync(Event("no room", "alpha"));
        await node.Gate.ConfirmAsync(CancellationToken.None);

        await using var db = Db();
        var rows = await db.Signals.AsNoTracking().Include(s => s.Holds).OrderBy(s => s.Seq).ToListAsync();
        Assert.That(
            rows.Select(r => (r.Id, r.ConfirmedAt is not null, r.Holds.SingleOrDefault()?.Reason)).Take(3),
            Is.EqualTo(new[] { (unjudged.Item.Id, true, null), (heldElsewhere.Item.Id, false, "same_event"), (rows[2].Id, true, (string?)null) }));
        Assert.That((rows[3].Title, rows[3].Holds.Single().Reason), Is.EqualTo(("no room", "budget")));
    }

    [Test]
    public async Task What_two_nodes_raise_under_one_id_is_decided_once_and_held_back_for_nothing()
    {
        var (one, other) = (new Node(this), new Node(this));
        var item = Event("up", "alpha");

        Assert.That(await Task.WhenAll(one.Gate.RaiseAsync(item), other.Gate.RaiseAsync(item)), Is.All.EqualTo(PublishOutcome.Durable));

        Assert.That(_bus.Events.Select(e => e.Id).Distinct(), Is.EqualTo(new[] { item.Item.Id }));
        await using var db = Db();
        Assert.That((await db.Signals.CountAsync(), await db.Holds.CountAsync()), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task Groups_that_different_events_were_kept_from_have_their_own_summaries()
    {
        var node = new Node(this);
        await node.Gate.RaiseAsync(Event("up", "alpha", "beta"));
        await node.Gate.RaiseAsync(Event("up", "alpha", "beta"));
        await node.Gate.RaiseAsync(Event("up", "beta"));
        _clock.Time += TimeSpan.FromSeconds(10);
        await node.LookAsync();

        Assert.That(
            _bus.Events.Skip(1).Select(e => (e.Title, string.Join(',', e.Targets))).Order(), Is.EqualTo(new[] { ("1 more of: up", "alpha"), ("2 more of: up", "beta") }));
    }

    [Test]
    public async Task A_summary_of_ten_minutes_is_no_late_one()
    {
        var node = new Node(this, same: TimeSpan.FromMinutes(10));
        await node.Gate.RaiseAsync(Event("up", "alpha"));
        await node.Gate.RaiseAsync(Event("up", "alpha"));

        _clock.Time += TimeSpan.FromMinutes(10);
        await node.LookAsync();

        Assert.That(_bus.Events[^1].Title, Is.EqualTo("1 more of: up"));
    }

    [Test]
    public async Task A_node_that_stops_with_the_lock_in_its_hand_keeps_the_others_only_for_seconds()
    {
        await using var connection = await _services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"{StormBook.PatienceWithOthers}; select pg_advisory_xact_lock({StormBook.Lock})", connection);
        await command.ExecuteNonQueryAsync();
        var node = new Node(this);

        await Wait.UntilAsync("the others go on", async () => await node.Gate.RaiseAsync(Event("up", "alpha")) == PublishOutcome.Durable);
    }

    [Test]
    public async Task A_summary_that_is_too_late_is_a_log_line_and_wakes_nobody()
    {
        var node = new Node(this);
        await node.Gate.RaiseAsync(Event("up", "alpha"));
        await node.Gate.RaiseAsync(Event("up", "alpha"));
        await node.Gate.ConfirmAsync(CancellationToken.None);
        _clock.Time += TimeSpan.FromSeconds(11);
        await node.Counter.CountAsync(CancellationToken.None);

        _clock.Time += TimeSpan.FromMinutes(6);
        await node.Teller.TellAsync(CancellationToken.None);

        Assert.That(_bus.Events, Has.Count.EqualTo(1));
        Assert.That(_bus.Logs.Select(l => l.Code), Is.EquivalentTo(new[] { "EVENT_HELD_BACK", "STORM_SUMMARY_LATE" }));
    }

    [Test]
    public async Task Two_nodes_that_count_at_once_make_one_summary()
    {
        var node = new Node(this, perMinute: 1);
        await node.Gate.RaiseAsync(Event("one", "alpha"));
        for (var i = 0; i < 50; i++)
        {
            await node.Gate.RaiseAsync(Event($"more {i}", "alpha"));
        }

        await node.Gate.ConfirmAsync(CancellationToken.None);
        _clock.Time += TimeSpan.FromMinutes(1);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new Node(this, perMinute: 1).LookAsync()));

        Assert.That(_bus.Events.Skip(1).Select(e => (e.SourceId, JsonNode.Parse(e.Payload)!["count"]!.GetValue<int>())), Is.EqualTo(new[] { ("storm:budget", 50) }));
    }

    [Test]
    public async Task A_text_that_was_cut_in_the_middle_of_a_character_is_raised_as_any_other()
    {
        var node = new Node(this);

        Assert.That(await node.Gate.RaiseAsync(Event("up \ud83d", "alpha")), Is.EqualTo(PublishOutcome.Durable));
        Assert.That(await node.WokenAsync(Event("up \ud83d", "alpha")), Is.Empty, "it is the same again");
    }

    [Test]
    public async Task An_older_word_of_a_group_changes_nothing()
    {
        var groups = new Node(this).Groups;
        await groups.SaveAsync([Group("alpha", "BTCUSDT", version: 3, active: false)], CancellationToken.None);
        await groups.SaveAsync([Group("alpha", "BTCUSDT", version: 2)], CancellationToken.None);

        Assert.That(await new Node(this).WokenAsync(Event("up", "*")), Is.EqualTo(new[] { "beta" }));
    }

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();

    private Signal Event(string title, params string[] targets) =>
        new(new(Guid.NewGuid(), "rule:test", 5, targets, title, "{}", [], null, null, _clock.Time, null), title);

    private static GroupConfig Group(string name, string symbol, bool active = true, long version = 1) =>
        new(NameBasedGuid.Create(Guid.Empty, name), name, "crypto", symbol, "1m", 10, 100, "one_way", active, true, [], version);

    private sealed class Node
    {
        public Node(StormTests tests, int perMinute = 30, TimeSpan? same = null)
        {
            var database = tests._services.GetRequiredService<IDbContextFactory<TriggerDb>>();
            var options = new StormOptions { PerMinute = perMinute, SameWithin = same ?? TimeSpan.FromSeconds(10) };
            Groups = new(database);
            Book = new(tests._services.GetRequiredService<NpgsqlDataSource>(), options, tests._clock);
            Gate = new(Book, tests._bus, tests._clock, NullLogger<StormGate>.Instance);
            Counter = new(database, tests._clock);
            Teller = new(database, Book, Gate, Counter, tests._bus, new BusReadiness(), tests._clock, NullLogger<StormTeller>.Instance);
        }

        public TargetedGroups Groups { get; }

        public StormBook Book { get; }

        public StormGate Gate { get; }

        public StormCounter Counter { get; }

        public StormTeller Teller { get; }

        public async Task<IReadOnlyList<string>> WokenAsync(Signal signal) => (await Book.TryAsync(signal, CancellationToken.None)).Groups;

        /// <summary>A round of all that it does.</summary>
        public async Task LookAsync()
        {
            await Gate.ConfirmAsync(CancellationToken.None);
            await Counter.CountAsync(CancellationToken.None);
            await Teller.TellAsync(CancellationToken.None);
        }
    }
}
