using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.IntegrationTests.Trigger.Storm;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.IntegrationTests.Trigger.News;

/// <summary>Nodes that ask a server on loopback, on one PostgreSQL.</summary>
[TestFixture]
public sealed class NewsPollerTests
{
    private readonly FixtureDatabase _database = new();
    private ServiceProvider _services = null!;
    private FeedServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(_database.ConnectionString));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        _services = services.BuildServiceProvider();
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
        _server = await FeedServer.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TearDown]
    public async Task ForgetAsync()
    {
        await using var db = Db();
        await db.NewsStories.ExecuteDeleteAsync();
        await db.NewsFeeds.ExecuteDeleteAsync();
    }

    [Test]
    public async Task What_is_there_at_first_raises_nothing_and_what_comes_later_raises_one_event()
    {
        var bus = new RecordedBus();
        var feed = await AddAsync("first", "/first");
        _server.Show("/first", FeedServer.Item("Bitcoin was here", "1"));
        await using (var node = new NewsNode(_services, bus))
        {
            await node.StartAsync();
            await DocumentAsync(feed);
            _server.Show("/first", FeedServer.Item("Bitcoin was here", "1"), FeedServer.Item("Ether &amp; Solana rise <b>", "2", "https://example.org/2?utm_source=rss", "Sat, 15 Aug 200 11:26:43 GMT"));
            await AgainAsync(feed);
            await SendAsync(node);
        }

        var raised = bus.Events.Single();
        Assert.That((raised.SourceId, raised.Title, string.Join(' ', raised.Targets)), Is.EqualTo(("news:first", "Ether & Solana rise", "symbol:ETHUSDT symbol:SOLUSDT")));
        var payload = JsonNode.Parse(raised.Payload)!;
        Assert.That((payload["link"]!.GetValue<string>(), payload["published_at"]), Is.EqualTo(("https://example.org/2?utm_source=rss", (JsonNode?)null)));
        var rows = await RowsAsync();
        Assert.That(rows.Select(r => (r.Outcome, r.PublishedText)), Is.EqualTo(new[] { ("first_fetch", null), ("raised", (string?)"Sat, 15 Aug 200 11:26:43 GMT") }));

        // Another life of the service.
        await using (var node = new NewsNode(_services, bus))
        {
            await node.StartAsync();
            await UnconditionallyAsync(feed);
            await SendAsync(node);
        }

        Assert.That(bus.Events, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_did_not_change_is_not_read_again()
    {
        var feed = await AddAsync("unchanged", "/unchanged");
        _server.Show("/unchanged", FeedServer.Item("One", "1"));
        await using var node = new NewsNode(_services, new RecordedBus());
        await node.StartAsync();
        await DocumentAsync(feed);
        await AgainAsync(feed);
        Assert.That(_server.Asked.Where(a => a.Path == "/unchanged").Select(a => a.Status), Is.EqualTo(new[] { 200, 304 }));
        var state = await StateAsync(feed);
        Assert.That((state.Status, state.Error, state.Failures), Is.EqualTo((304, (string?)null, 0)));
    }

    [Test]
    public async Task Several_nodes_on_one_database_raise_each_story_once()
    {
        var bus = new RecordedBus();
        var feeds = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            feeds.Add(await AddAsync($"shared{i}", $"/shared{i}"));
            _server.Show($"/shared{i}");
        }

        await using var first = new NewsNode(_services, bus);
        await using var second = new NewsNode(_services, bus);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        foreach (var feed in feeds)
        {
            await DocumentAsync(feed);
        }

        for (var round = 1; round <= 3; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                _server.Show($"/shared{i}", [.. Enumerable.Range(0, round * 3).Select(n => FeedServer.Item($"Bitcoin {i} {n}", $"{n}"))]);
            }

            await Task.WhenAll(feeds.Select(AgainAsync));
            await Task.WhenAll(SendAsync(first), SendAsync(second), SendAsync(first));
        }

        await SendAsync(first);
        Assert.That(bus.Events.Select(e => e.Id).Distinct().Count(), Is.EqualTo(36));
        Assert.That(bus.Events, Has.Count.EqualTo(36));
    }

    [Test]
    public async Task Nodes_that_read_one_document_at_the_same_moment_keep_each_story_once()
    {
        var id = await AddAsync("raced", "/raced");
        var feed = new NewsFeed(id, 1, new("raced", _server.Address("/raced")));
        await using var first = new NewsNode(_services, new RecordedBus());
        await using var second = new NewsNode(_services, new RecordedBus());
        await first.Book.KeepAsync(feed, Content("Bitcoin before"), _ => { }, CancellationToken.None);
        var tallies = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            (i % 2 == 0 ? first : second).Book.KeepAsync(feed, Content("Bitcoin before", "Bitcoin one", "Ether two"), _ => { }, CancellationToken.None)));
        Assert.That((tallies.Sum(t => t.New), tallies.Sum(t => t.Events), (await RowsAsync()).Count), Is.EqualTo((2, 2, 3)));

        FeedContent Content(params string[] titles) =>
            StoryReader.Read(Encoding.UTF8.GetBytes($"<rss><channel>{string.Concat(titles.Select(t => FeedServer.Item(t, t)))}</channel></rss>"), null, TimeProvider.System.GetUtcNow());
    }

    [Test]
    public async Task A_thousand_equal_headlines_within_a_minute_raise_one_event()
    {
        var bus = new RecordedBus();
        var clock = new StoppedClock();
        var feed = await AddAsync("loud", "/loud");
        _server.Show("/loud");
        await using var node = new NewsNode(_services, bus, clock);
        await node.StartAsync();
        await DocumentAsync(feed);
        for (var part = 0; part < 2; part++)
        {
            _server.Show("/loud", [.. Enumerable.Range(part * 500, 500).Select(i => FeedServer.Item(i % 2 == 0 ? "Bitcoin falls" : "BITCOIN falls!", $"{i}", $"https://example.org/{i}"))]);
            clock.Time += TimeSpan.FromSeconds(1);
            await AgainAsync(feed);
        }

        await SendAsync(node);
        Assert.That(bus.Events, Has.Count.EqualTo(1));
        var rows = await RowsAsync();
        var head = rows.Single(r => r.Outcome == "raised");
        Assert.That(rows, Has.Count.EqualTo(1000));
        Assert.That(rows.Where(r => r != head).Select(r => (r.Outcome, r.SameAs)), Is.All.EqualTo(("same_headline", (Guid?)head.Id)));

        // A minute later it is news again.
        clock.Time += TimeSpan.FromSeconds(61);
        _server.Show("/loud", FeedServer.Item("Bitcoin falls", "later"));
        await AgainAsync(feed);
        await SendAsync(node);
        Assert.That(bus.Events, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_edited_story_is_a_revision_and_two_stories_of_one_guid_are_both_kept()
    {
        var bus = new RecordedBus();
        var feed = await AddAsync("edited", "/edited");
        _server.Show("/edited");
        await using var node = new NewsNode(_services, bus);
        await node.StartAsync();
        await DocumentAsync(feed);
        _server.Show("/edited", FeedServer.Item("Bitcoin up 1%", "g", "https://example.org/g"));
        await AgainAsync(feed);
        _server.Show("/edited", FeedServer.Item("Bitcoin up 2%", "g", "https://example.org/g"));
        await AgainAsync(feed);
        _server.Show("/edited", FeedServer.Item("Ether down", "g", "https://example.org/h"));
        await AgainAsync(feed);
        await UnconditionallyAsync(feed);
        await SendAsync(node);

        var rows = await RowsAsync();
        Assert.That(
            rows.Select(r => (r.Title, r.Outcome, r.Revision, r.SameAs)),
            Is.EqualTo(new[] { ("Bitcoin up 2%", "raised", 1, null), ("Ether down", "same_guid", 0, (Guid?)rows[0].Id) }));
        Assert.That(bus.Events, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_could_not_be_sent_is_sent_after_a_restart_and_told_as_late_where_it_is_no_news_any_more()
    {
        var bus = new RecordedBus();
        var feed = await AddAsync("unsent", "/unsent");
        _server.Show("/unsent");
        await using (await StormLock.TakeAsync(_services.GetRequiredService<NpgsqlDataSource>()))
        await using (var node = new NewsNode(_services, bus))
        {
            await node.StartAsync();
            await DocumentAsync(feed);
            _server.Show("/unsent", FeedServer.Item("Bitcoin one", "1"), FeedServer.Item("Bitcoin two", "2"));
            await AgainAsync(feed);
            await SendAsync(node);
        }

        Assert.That((await RowsAsync()).Select(r => r.Outcome), Is.All.EqualTo("pending"));
        await using (var db = Db())
        {
            // The claim of the node that is gone has ended, and one of them is old by now.
            await db.NewsStories.ExecuteUpdateAsync(s => s.SetProperty(r => r.ClaimedUntil, r => r.SeenAt));
            await db.NewsStories.Where(s => s.Title == "Bitcoin one").ExecuteUpdateAsync(s => s.SetProperty(r => r.SeenAt, r => r.SeenAt - TimeSpan.FromMinutes(11)));
        }

        await using (var node = new NewsNode(_services, bus))
        {
            await SendAsync(node);
            await SendAsync(node);
        }

        Assert.That((await RowsAsync()).Select(r => r.Outcome), Is.EqualTo(new[] { "late", "raised" }));
        Assert.That(bus.Events.Select(e => e.Title), Is.EqualTo(new[] { "Bitcoin two" }));
    }

    [Test]
    public async Task Redirects_are_followed_a_few_times_and_a_circle_is_a_failure()
    {
        _server.Redirect("/moved", "/target");
        _server.Show("/target", FeedServer.Item("One", "1"));
        _server.Redirect("/circle", "/circle");
        var (moved, circle) = (await AddAsync("moved", "/moved"), await AddAsync("circle", "/circle"));
        await using var node = new NewsNode(_services, new RecordedBus());
        await node.StartAsync();
        await DocumentAsync(moved);
        await Wait.UntilAsync("the circle failed", async () => (await StateAsync(circle)).Failures == 1);
        Assert.That((await StateAsync(circle)).Error, Does.StartWith("302 Found: sent elsewhere too often"));
        Assert.That(_server.Asked.Count(a => a.Path == "/circle"), Is.EqualTo(4));
    }

    [Test]
    public async Task A_feed_that_fails_waits_longer_and_one_that_is_gone_is_left_alone_until_it_is_changed()
    {
        _server.Refuse("/busy", HttpStatusCode.ServiceUnavailable, "7200");
        _server.Refuse("/gone", HttpStatusCode.Gone);
        _server.Answer("/html", context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "<html>no feed</html>"));
        _server.Answer("/large", async context =>
        {
            for (var i = 0; i < 40; i++)
            {
                await context.Response.Body.WriteAsync(new byte[64 * 1024], context.RequestAborted);
            }
        });
        var (busy, gone, html, large) = (await AddAsync("busy", "/busy"), await AddAsync("gone", "/gone"), await AddAsync("html", "/html"), await AddAsync("large", "/large"));
        await using var node = new NewsNode(_services, new RecordedBus());
        await node.StartAsync();
        foreach (var feed in new[] { busy, gone, html, large })
        {
            await Wait.UntilAsync("it failed", async () => (await StateAsync(feed)).Failures == 1);
        }

        var now = TimeProvider.System.GetUtcNow();
        Assert.That((await StateAsync(busy)).NextFetchAt, Is.GreaterThan(now.AddMinutes(110)));
        var read = await StateAsync(html);
        Assert.That(read.NextFetchAt - read.FetchedAt, Is.InRange(TimeSpan.FromSeconds(270), TimeSpan.FromSeconds(330)));
        Assert.That(read.Error, Does.Contain("this with html"));
        Assert.That((await StateAsync(large)).Error, Does.Contain("larger than"));
        Assert.That((await StateAsync(gone)).GoneAt, Is.Not.Null);

        await DueAsync(gone);
        await AddAsync("after", "/after");
        _server.Show("/after");
        await Wait.UntilAsync("others are asked", () => _server.Asked.Any(a => a.Path == "/after"));
        Assert.That(_server.Asked.Count(a => a.Path == "/gone"), Is.EqualTo(1));
        await using (var db = Db())
        {
            await db.NewsFeeds.Where(f => f.Id == gone).ExecuteUpdateAsync(s => s.SetProperty(f => f.Version, 2));
        }

        await Wait.UntilAsync("it is asked after a change", () => _server.Asked.Count(a => a.Path == "/gone") == 2);
    }

    [Test]
    public async Task What_is_old_by_its_own_date_or_floods_or_is_for_nobody_is_kept_and_raises_nothing()
    {
        var bus = new RecordedBus();
        var feed = await AddAsync("kept", "/kept");
        _server.Show("/kept");
        await using var node = new NewsNode(_services, bus);
        await node.StartAsync();
        await DocumentAsync(feed);
        var yesterday = TimeProvider.System.GetUtcNow().AddHours(-25).ToString("R", CultureInfo.InvariantCulture);
        _server.Show(
            "/kept",
            [
                FeedServer.Item("Bitcoin of yesterday", "old", date: yesterday), FeedServer.Item("Weather", "weather"),
                .. Enumerable.Range(0, 25).Select(i => FeedServer.Item($"Bitcoin number {i}", $"{i}")),
            ]);
        await AgainAsync(feed);
        await SendAsync(node);
        var rows = await RowsAsync();
        Assert.That(rows.Take(2).Select(r => r.Outcome), Is.EqualTo(new[] { "old", "no_target" }));
        Assert.That(rows.Skip(2).Take(5).Select(r => r.Outcome), Is.All.EqualTo("flood"), "the newest raise events");
        Assert.That(bus.Events, Has.Count.EqualTo(NewsBook.MostEvents));
    }

    [Test]
    public async Task A_story_stays_known_for_as_long_as_its_feed_shows_it_and_a_month_beyond()
    {
        var feed = await AddAsync("lasting", "/lasting");
        _server.Show("/lasting", FeedServer.Item("Gone from the feed", "1"), FeedServer.Item("Still there", "2"));
        await using var node = new NewsNode(_services, new RecordedBus());
        await node.StartAsync();
        await DocumentAsync(feed);
        await using var db = Db();
        await db.NewsStories.ExecuteUpdateAsync(s => s.SetProperty(r => r.LastSeenAt, r => r.LastSeenAt - TimeSpan.FromDays(31)));
        _server.Show("/lasting", FeedServer.Item("Still there", "2"));
        await AgainAsync(feed);
        using var retention = new NewsRetention(
            _services.GetRequiredService<IDbContextFactory<TriggerDb>>(), new NewsOptions(), TimeProvider.System, NullLogger<NewsRetention>.Instance);
        await retention.PruneAsync(CancellationToken.None);
        Assert.That((await RowsAsync()).Select(r => r.Title), Is.EqualTo(new[] { "Still there" }));

        // A server that is silent for long shows what it showed last.
        await db.NewsStories.ExecuteUpdateAsync(s => s.SetProperty(r => r.LastSeenAt, r => r.LastSeenAt - TimeSpan.FromDays(40)));
        await db.NewsFeedStates.ExecuteUpdateAsync(s => s.SetProperty(r => r.DocumentAt, r => r.DocumentAt - TimeSpan.FromDays(40)));
        await retention.PruneAsync(CancellationToken.None);
        Assert.That(await RowsAsync(), Has.Count.EqualTo(1));
    }

    private static Task SendAsync(NewsNode node) => node.Outbox.SendAsync(CancellationToken.None);

    private async Task<Guid> AddAsync(string name, string path)
    {
        await using var db = Db();
        var now = TimeProvider.System.GetUtcNow();
        var document = new NewsFeedDocument(name, _server.Address(path), IntervalS: 300);
        var feed = new NewsFeedRow
        {
            Id = Guid.NewGuid(),
            Name = name,
            Version = 1,
            Document = NewsJson.Write(document),
            Actor = "test",
            CreatedAt = now,
            ChangedAt = now,
        };
        db.NewsFeeds.Add(feed);
        db.NewsFeedStates.Add(new() { FeedId = feed.Id, Url = document.Url, NextFetchAt = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync();
        return feed.Id;
    }

    private Task DocumentAsync(Guid feed) => Wait.UntilAsync("its first document is read", async () => (await StateAsync(feed)).DocumentAt is not null);

    private async Task DueAsync(Guid feed)
    {
        await using var db = Db();
        await db.NewsFeedStates.Where(s => s.FeedId == feed).ExecuteUpdateAsync(s => s.SetProperty(r => r.NextFetchAt, DateTimeOffset.UnixEpoch));
    }

    /// <summary>Makes it due, and waits until it was asked.</summary>
    private async Task AgainAsync(Guid feed)
    {
        var before = (await StateAsync(feed)).FetchedAt;
        await DueAsync(feed);
        await Wait.UntilAsync("it was asked again", async () => (await StateAsync(feed)).FetchedAt > before);
    }

    private async Task UnconditionallyAsync(Guid feed)
    {
        await using var db = Db();
        await db.NewsFeedStates.Where(s => s.FeedId == feed).ExecuteUpdateAsync(s => s.SetProperty(r => r.ETag, (string?)null));
        await AgainAsync(feed);
    }

    private async Task<NewsFeedStateRow> StateAsync(Guid feed)
    {
        await using var db = Db();
        return await db.NewsFeedStates.AsNoTracking().SingleAsync(s => s.FeedId == feed);
    }

    private async Task<List<NewsStoryRow>> RowsAsync()
    {
        await using var db = Db();
        return await db.NewsStories.AsNoTracking().OrderBy(s => s.Seq).ToListAsync();
    }

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();
}
