using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.IntegrationTests.Trigger.News;

/// <summary>What servers, the database and changes of a feed do at the wrong moment.</summary>
[TestFixture]
public sealed class NewsFaultTests
{
    private readonly FixtureDatabase _database = new();
    private ServiceProvider _services = null!;
    private FeedServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        _services = Services(_database.ConnectionString);
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
        _server = await FeedServer.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [TearDown]
    public async Task ForgetAsync()
    {
        await using var db = Db();
        await db.NewsStories.ExecuteDeleteAsync();
        await db.NewsFeeds.ExecuteDeleteAsync();
    }

    [TestCase("gzip")]
    [TestCase("br")]
    [TestCase("deflate")]
    public async Task What_cannot_be_unpacked_is_a_failure_of_the_feed(string encoding)
    {
        _server.Answer("/packed", context =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            return context.Response.WriteAsync("<rss><channel></channel></rss>");
        });
        var feed = await AddAsync("packed", "/packed");
        await using var node = new NewsNode(_services, new RecordedBus());
        await node.StartAsync();
        await Wait.UntilAsync("it failed", async () => (await StateAsync(feed)).Failures == 1);
        var state = await StateAsync(feed);
        Assert.That(state.Error, Is.Not.Null.And.Not.Empty.And.Not.Contain("kept"));
        Assert.That(state.NextFetchAt - state.FetchedAt, Is.InRange(TimeSpan.FromSeconds(270), TimeSpan.FromSeconds(330)));
    }

    [Test]
    public async Task What_could_not_be_kept_is_told_and_asked_for_again_soon()
    {
        await ExecuteAsync("alter table trigger.news_stories add constraint poison check (title <> 'poison')");
        _server.Show("/poison", FeedServer.Item("poison", "1"));
        var feed = await AddAsync("poison", "/poison");
        await using var node = new NewsNode(_services, new RecordedBus());
        await node.StartAsync();
        await Wait.UntilAsync("it is told", async () => (await StateAsync(feed)).Failures == 1);
        var state = await StateAsync(feed);
        Assert.That((state.Error, state.DocumentAt), Is.EqualTo(("what it answered could not be kept", (DateTimeOffset?)null)));
        Assert.That(state.NextFetchAt, Is.LessThan(TimeProvider.System.GetUtcNow().AddSeconds(30)));
        await ExecuteAsync("alter table trigger.news_stories drop constraint poison");
        await DueAsync(feed);
        await Wait.UntilAsync("it is read", async () => await StateAsync(feed) is { DocumentAt: not null, Error: null, Failures: 0 });
    }

    [Test]
    public async Task Documents_that_wait_for_their_turn_hold_no_connection()
    {
        var feeds = new List<NewsFeed>();
        for (var i = 0; i < 6; i++)
        {
            feeds.Add(new(await AddAsync($"turn{i}", $"/turn{i}"), 1, new($"turn{i}", _server.Address($"/turn{i}"))));
        }

        await using var few = Services(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 2, Timeout = 5 }.ConnectionString);
        await using var node = new NewsNode(few, new RecordedBus());
        Task<NewsTally[]> kept;
        await using (var other = new NpgsqlConnection(_database.ConnectionString))
        {
            await other.OpenAsync();
            await using var held = await other.BeginTransactionAsync();
            await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('trigger.news', 0))", other, held);
            await command.ExecuteNonQueryAsync();
            kept = Task.WhenAll(feeds.Select(f => node.Book.KeepAsync(f, Content("Bitcoin"), _ => { }, CancellationToken.None)));
            await WaitingAsync();
            await node.Feeds.TellAsync(feeds[0], _ => { }, CancellationToken.None);
            await held.CommitAsync();
        }

        Assert.That((await kept).Sum(t => t.New), Is.EqualTo(6));
    }

    [Test]
    public async Task Stories_of_one_document_are_numbered_in_the_order_of_the_feed()
    {
        var feed = new NewsFeed(await AddAsync("ordered", "/ordered"), 1, new("ordered", _server.Address("/ordered")));
        await using var node = new NewsNode(_services, new RecordedBus());
        await node.Book.KeepAsync(feed, Content([.. Enumerable.Range(0, 500).Select(i => $"{i}")]), _ => { }, CancellationToken.None);
        await using var db = Db();
        Assert.That(
            await db.NewsStories.OrderByDescending(s => s.Seq).Select(s => s.Title).ToListAsync(), Is.EqualTo(Enumerable.Range(0, 500).Select(i => $"{i}")), "the newest comes first in a feed");
    }

    [Test]
    public async Task What_was_asked_before_a_change_is_nothing_of_the_feed_any_more()
    {
        var id = await AddAsync("changed", "/changed");
        var feed = new NewsFeed(id, 1, new("changed", _server.Address("/changed")));
        await using var node = new NewsNode(_services, new RecordedBus());
        await using var db = Db();
        await db.NewsFeeds.ExecuteUpdateAsync(s => s.SetProperty(f => f.Version, 2));
        Assert.That(await node.Book.KeepAsync(feed, Content("Bitcoin"), s => s.ETag = "old", CancellationToken.None), Is.EqualTo(default(NewsTally)));
        Assert.That((await db.NewsStories.CountAsync(), (await StateAsync(id)).ETag, (await StateAsync(id)).DocumentAt), Is.EqualTo((0, (string?)null, (DateTimeOffset?)null)));
    }

    [Test]
    public async Task What_came_of_asking_is_not_written_to_a_version_that_is_taken_meanwhile()
    {
        var id = await AddAsync("taken", "/taken");
        await using var db = Db();
        await db.NewsFeedStates.ExecuteUpdateAsync(s => s.SetProperty(r => r.Version, 1));
        await using var node = new NewsNode(_services, new RecordedBus());
        Task told;
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            await db.NewsFeedStates.ExecuteUpdateAsync(s => s.SetProperty(r => r.Version, 2));
            told = node.Feeds.TellAsync(new(id, 1, new("taken", _server.Address("/taken"))), s => s.GoneAt = DateTimeOffset.UnixEpoch, CancellationToken.None);
            await WaitingAsync();
            await transaction.CommitAsync();
        }

        await told;
        Assert.That((await StateAsync(id)).GoneAt, Is.Null);
    }

    [Test]
    public async Task A_feed_that_answers_again_is_not_gone()
    {
        var id = await AddAsync("back", "/back");
        await using var db = Db();
        _server.Show("/back");
        await using var node = new NewsNode(_services, new RecordedBus());
        await node.StartAsync();
        await Wait.UntilAsync("it is read", async () => (await StateAsync(id)).DocumentAt is not null);
        await db.NewsFeedStates.ExecuteUpdateAsync(s => s.SetProperty(r => r.GoneAt, DateTimeOffset.UnixEpoch).SetProperty(r => r.Version, 1));
        await db.NewsFeeds.ExecuteUpdateAsync(s => s.SetProperty(f => f.Version, 2));
        await Wait.UntilAsync("it is there", async () => await StateAsync(id) is { GoneAt: null, Version: 2 });
    }

    [Test]
    public async Task The_words_of_a_feed_come_before_those_of_the_story()
    {
        var bus = new RecordedBus();
        var id = await AddAsync("tagged", "/tagged");
        var feed = new NewsFeed(id, 1, new("tagged", _server.Address("/tagged"), Tags: ["desk", "macro"]));
        await using var node = new NewsNode(_services, bus);
        await node.Book.KeepAsync(feed, Content(), _ => { }, CancellationToken.None);
        await node.Book.KeepAsync(
            feed, Of("<item><title>Bitcoin</title><category>Markets</category><category>Macro</category></item>"), _ => { }, CancellationToken.None);
        await node.Outbox.SendAsync(CancellationToken.None);
        var raised = bus.Events.Single();
        Assert.That(raised.Tags, Is.EqualTo(new[] { "news", "tagged", "BTCUSDT", "desk", "macro", "Markets" }));
        Assert.That(JsonNode.Parse(raised.Payload)!["tags"]!.ToJsonString(), Is.EqualTo("""["desk","macro","Markets"]"""));
    }

    [Test]
    public async Task A_first_document_that_breaks_off_is_not_all_of_the_first_time()
    {
        var id = await AddAsync("broken", "/broken");
        var feed = new NewsFeed(id, 1, new("broken", _server.Address("/broken")));
        await using var node = new NewsNode(_services, new RecordedBus());
        Assert.That((await KeepAsync(Broken("Bitcoin 3"))).Events, Is.Zero);
        Assert.That((await StateAsync(id)).DocumentAt, Is.Null);
        Assert.That((await KeepAsync(Content("Bitcoin 3", "Bitcoin 2", "Bitcoin 1"))).Events, Is.Zero, "they were there before");
        Assert.That((await StateAsync(id)).DocumentAt, Is.Not.Null);
        Assert.That((await KeepAsync(Broken("Bitcoin 4"))).Events, Is.EqualTo(1));

        Task<NewsTally> KeepAsync(FeedContent content) => node.Book.KeepAsync(feed, content, _ => { }, CancellationToken.None);
    }

    [Test]
    public async Task A_feed_that_always_breaks_off_is_news_in_the_end()
    {
        var id = await AddAsync("always", "/always");
        var feed = new NewsFeed(id, 1, new("always", _server.Address("/always")));
        await using var node = new NewsNode(_services, new RecordedBus());
        var events = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            events.Add((await node.Book.KeepAsync(feed, Broken($"Bitcoin {i}"), _ => { }, CancellationToken.None)).Events);
        }

        Assert.That(events, Is.EqualTo(new[] { 0, 0, 0, 0, 1, 1 }));
    }

    [Test]
    public async Task Stories_are_found_by_the_name_of_their_feed()
    {
        await using var db = Db();
        var indexes = await db.Database.SqlQuery<string>($"""select indexdef as "Value" from pg_indexes where schemaname = 'trigger' and tablename = 'news_stories'""").ToListAsync();
        Assert.That(indexes, Has.Some.Contains("(feed_name, seq)"));
    }

    private static FeedContent Content(params string[] titles) => Of(string.Concat(titles.Select(t => FeedServer.Item(t, t))));

    private static FeedContent Of(string items) => Read($"<rss><channel>{items}</channel></rss>");

    private static FeedContent Broken(string title) => Read($"<rss><channel>{FeedServer.Item(title, title)}<item><title>Bit");

    private static FeedContent Read(string text) => StoryReader.Read(Encoding.UTF8.GetBytes(text), null, TimeProvider.System.GetUtcNow());

    private static ServiceProvider Services(string connection)
    {
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(connection));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        return services.BuildServiceProvider();
    }

    private async Task<Guid> AddAsync(string name, string path)
    {
        await using var db = Db();
        var now = TimeProvider.System.GetUtcNow();
        var document = new NewsFeedDocument(name, _server.Address(path), IntervalS: 300);
        var feed = new NewsFeedRow { Id = Guid.NewGuid(), Name = name, Version = 1, Document = NewsJson.Write(document), Actor = "test", CreatedAt = now, ChangedAt = now };
        db.NewsFeeds.Add(feed);
        db.NewsFeedStates.Add(new() { FeedId = feed.Id, Url = document.Url, NextFetchAt = now });
        await db.SaveChangesAsync();
        return feed.Id;
    }

    /// <summary>Until somebody waits for a lock of this database.</summary>
    private Task WaitingAsync() => Wait.UntilAsync("somebody waits", async () =>
    {
        await using var db = Db();
        return (await db.Database.SqlQuery<int>(
            $"""select pid as "Value" from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'""").ToListAsync()).Count > 0;
    });

    private async Task DueAsync(Guid feed)
    {
        await using var db = Db();
        await db.NewsFeedStates.Where(s => s.FeedId == feed).ExecuteUpdateAsync(s => s.SetProperty(r => r.NextFetchAt, DateTimeOffset.UnixEpoch));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<NewsFeedStateRow> StateAsync(Guid feed)
    {
        await using var db = Db();
        return await db.NewsFeedStates.AsNoTracking().SingleAsync(s => s.FeedId == feed);
    }

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();
}
