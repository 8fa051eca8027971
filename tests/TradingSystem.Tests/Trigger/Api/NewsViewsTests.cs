using NUnit.Framework;
using TradingSystem.Trigger.Api;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger.Api;

[TestFixture]
public sealed class NewsViewsTests
{
    [TestCase("{\"name\":\"desk\",\"url\":5}")]
    [TestCase("null")]
    public void A_feed_that_cannot_be_read_is_shown_and_says_so(string document)
    {
        var at = DateTimeOffset.UnixEpoch;
        var row = new NewsFeedRow { Id = Guid.NewGuid(), Name = "desk", Version = 1, Document = document, Actor = "somebody", CreatedAt = at, ChangedAt = at };
        var view = NewsFeedView.Of(row, new() { FeedId = row.Id, Url = "https://example.org/rss", Version = 1, NextFetchAt = at }, null);
        Assert.That((view.Feed.Name, view.Feed.Url, view.NextFetchAt), Is.EqualTo(("desk", "https://example.org/rss", (DateTimeOffset?)null)));
        Assert.That(view.Error, Does.Contain("cannot read"));
    }
}
