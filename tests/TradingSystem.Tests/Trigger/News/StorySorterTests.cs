using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Tests.Trigger.News;

[TestFixture]
public sealed class StorySorterTests
{
    private static readonly Guid Feed = Guid.NewGuid();

    [Test]
    public void A_guid_is_the_story_whatever_its_link_is_or_its_title()
    {
        var rows = Keep(Told("a", "one", "/1"));
        Assert.That(Sorted(rows, Told("a", "one", "/2")), Is.EqualTo(("known", (string?)null)));
        Assert.That(Sorted(rows, Told("a", "two", "/1")), Is.EqualTo(("known", (string?)null)));
        Assert.That(Sorted(rows, Told("b", "two", "/2")), Is.EqualTo(("new", (string?)null)));
    }

    [Test]
    public void Two_stories_of_one_guid_are_two_and_the_second_stays_known()
    {
        var rows = Keep(Told("a", "one", "/1"));
        Assert.That(Sorted(rows, Told("a", "two", "/2")), Is.EqualTo(("new", (string?)NewsWords.SameGuid)));
        rows = Keep(rows, Told("a", "two", "/2"));
        Assert.That(Sorted(rows, Told("a", "two", "/2")), Is.EqualTo(("known", (string?)null)));
        Assert.That(Sorted(rows, Told("a", "one", "/1")), Is.EqualTo(("known", (string?)null)));
        Assert.That(rows, Has.Count.EqualTo(2));
    }

    [Test]
    public void What_stories_of_one_document_share_tells_none_of_them_from_another()
    {
        var document = new[] { Told("home", "one", "/"), Told("home", "two", "/"), Told("home", "three", "/3") };
        var rows = Keep(document);
        Assert.That(rows.Select(r => (r.Title, r.Outcome)), Is.EqualTo(new[] { ("one", ""), ("two", ""), ("three", "") }));
        Assert.That(Keep(rows, document), Has.Count.EqualTo(3));

        rows = Keep(Told(null, "one", "/"), Told(null, "two", "/"));
        Assert.That(rows, Has.Count.EqualTo(2));
        Assert.That(Keep(rows, Told(null, "two", "/"), Told(null, "three", "/")).Select(r => r.Outcome), Is.EqualTo(new[] { "", "", "" }));
    }

    [Test]
    public void A_link_is_the_story_where_there_is_no_guid_whoever_follows_it_from_where()
    {
        var rows = Keep(Told(null, "one", "/1?utm_source=rss"));
        Assert.That(Sorted(rows, Told(null, "one, edited", "/1?utm_campaign=x#top")), Is.EqualTo(("known", (string?)null)));
        Assert.That(Sorted(rows, Told("late", "one, edited", "/1")), Is.EqualTo(("known", (string?)null)), "a feed that gets guids");
        Assert.That(Sorted(rows, Told(null, "one", "/1?id=2")), Is.EqualTo(("new", (string?)null)));
    }

    [Test]
    public void A_known_link_under_a_new_guid_is_the_story_or_says_that_it_is_not()
    {
        var rows = Keep(Told("a", "one", "/1"));
        Assert.That(Sorted(rows, Told("b", "ONE!", "/1")), Is.EqualTo(("known", (string?)null)));
        Assert.That(Sorted(rows, Told("b", "two", "/1")), Is.EqualTo(("new", (string?)NewsWords.SameLink)));
    }

    [Test]
    public void A_feed_that_shows_one_story_at_a_time_with_the_same_link_has_only_the_second_held_back()
    {
        var rows = Keep(Told("a", "one", "/"));
        rows = Keep(rows, Told("b", "two", "/"));
        rows = Keep(rows, Told("c", "three", "/"));
        rows = Keep(rows, Told("d", "four", "/"));
        Assert.That(rows.Select(r => r.Outcome), Is.EqualTo(new[] { "", NewsWords.SameLink, "", "" }));
        Assert.That(Sorted(rows, Told("d", "four, edited", "/")), Is.EqualTo(("known", (string?)null)));
        Assert.That(Sorted(rows, Told(null, "five", "/")), Is.EqualTo(("known", (string?)null)), "without a guid the link is all there is");
    }

    [Test]
    public void A_feed_that_shows_one_story_at_a_time_with_the_same_guid_has_only_the_second_held_back()
    {
        var rows = Keep(Told("a", "one", "/1"));
        rows = Keep(rows, Told("a", "two", "/2"));
        rows = Keep(rows, Told("a", "three", "/3"));
        Assert.That(rows.Select(r => r.Outcome), Is.EqualTo(new[] { "", NewsWords.SameGuid, "" }));
        Assert.That(Sorted(rows, Told("a", "three, edited", "/3")), Is.EqualTo(("known", (string?)null)));
        Assert.That(Sorted(rows, Told("a", "three", "/4")), Is.EqualTo(("known", (string?)null)));
    }

    [Test]
    public void Without_guid_and_link_the_words_are_the_story()
    {
        var rows = Keep(Told(null, "one", null));
        Assert.That(Sorted(rows, Told(null, "One.", null)), Is.EqualTo(("known", (string?)null)));
        Assert.That(Sorted(rows, Told(null, "one", null) with { Summary = "more" }), Is.EqualTo(("new", (string?)null)));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Whatever_a_feed_shows_is_known_when_it_shows_it_again()
    {
        var stories = Gen.Choose(0, 26).Select(i => Told((i / 9) switch { 0 => "a", 1 => "b", _ => null }, $"{i / 3 % 3}", (i % 3) switch { 0 => "/1", 1 => "/2", _ => null }));
        var documents = stories.ListOf(4).ListOf(3);
        return Prop.ForAll(documents.ToArbitrary(), shown =>
        {
            List<NewsStoryRow> rows = [];
            foreach (var document in shown)
            {
                rows = Keep(rows, [.. document]);
                var again = Keep(rows, [.. document]);
                if (again.Count != rows.Count)
                {
                    return false;
                }
            }

            return rows.Select(r => r.Key).Distinct().Count() == rows.Count;
        });
    }

    private static Story Told(string? guid, string title, string? link) => new()
    {
        Guid = guid,
        Title = title,
        Link = link is null ? null : new Uri("https://example.org" + link),
        Summary = "",
        PublishedAt = null,
        PublishedText = null,
        Tags = [],
    };

    private static (string, string?) Sorted(IReadOnlyList<NewsStoryRow> rows, Story story)
    {
        var sorted = new StorySorter([story], rows).Sort(story);
        return (sorted.Known is null ? "new" : "known", sorted.Repeats);
    }

    private static List<NewsStoryRow> Keep(params Story[] document) => Keep([], document);

    /// <summary>The rows behind a document, of those that the database would be asked for.</summary>
    private static List<NewsStoryRow> Keep(List<NewsStoryRow> rows, params Story[] document)
    {
        var asked = document.SelectMany(StorySorter.Candidates).ToHashSet();
        var sorter = new StorySorter(document, rows.Where(r => asked.Contains(r.Key) || asked.Contains(r.GuidKey ?? "") || asked.Contains(r.LinkKey ?? "")));
        var kept = rows.ToList();
        foreach (var sorted in document.Select(sorter.Sort))
        {
            if (sorted.Known is null)
            {
                var row = Row(sorted);
                sorter.Add(row);
                kept.Add(row);
            }
        }

        return kept;
    }

    private static NewsStoryRow Row(SortedStory sorted) => new()
    {
        Id = StoryKeys.Id(Feed, sorted.Key),
        FeedId = Feed,
        FeedName = "test",
        Key = sorted.Key,
        Guid = sorted.Story.Guid,
        GuidKey = sorted.Keys.Guid,
        LinkKey = sorted.Keys.Link,
        Link = sorted.Story.Link?.AbsoluteUri,
        Title = sorted.Story.Title,
        Summary = sorted.Story.Summary,
        PublishedAt = null,
        PublishedText = null,
        Symbols = [],
        Tags = [],
        Targets = [],
        Priority = 5,
        Headline = "",
        Outcome = sorted.Repeats ?? "",
        SameAs = sorted.Other?.Id,
        SeenAt = DateTimeOffset.UnixEpoch,
        LastSeenAt = DateTimeOffset.UnixEpoch,
    };
}
