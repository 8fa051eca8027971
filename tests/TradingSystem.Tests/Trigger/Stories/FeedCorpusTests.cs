using System.Globalization;
using NUnit.Framework;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Tests.Trigger.Stories;

/// <summary>The reader against 763 feeds that say what is to be found in them.</summary>
[TestFixture]
public sealed class FeedCorpusTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 15, 12, 0, 0, TimeSpan.Zero);

    /// <summary>No feed by our reading, and why.</summary>
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["encoding/bozo_invalid-bytes-with-bom.xml"] = "breaks off before its first item",
        ["illformed/aaa_illformed.xml"] = "breaks off before its first item",
        ["illformed/rss_empty_document.xml"] = "is empty",
        ["illformed/rss_incomplete_cdata.xml"] = "breaks off within its first item",
        ["wellformed/base/cdf_item_abstract_xml_base.xml"] = "CDF, which nobody writes",
    };

    /// <summary>Values that we read otherwise, and why.</summary>
    private static readonly Dictionary<string, string> Deviating = new()
    {
        ["wellformed/base/http_entry_id_base_content_location.xml"] = "an id is text: it is relative to nothing",
        ["wellformed/base/http_entry_id_base_docuri.xml"] = "an id is text: it is relative to nothing",
        ["wellformed/base/http_item_link_base_content_location.xml"] = "the base is in a header, Content-Location",
        ["wellformed/rss/entity_in_doctype.xml"] = "an entity of the document's own, which is not expanded",
    };

    [Test]
    public void Every_feed_of_the_corpus_is_read_and_says_what_it_claims_but_for_what_is_listed()
    {
        if (FeedCorpus.Find() is not { } path)
        {
            Assert.Ignore("There is no shared/rss beside the repository.");
            return;
        }

        var (files, refused, claims, other) = (0, new List<string>(), 0, new List<string>());
        foreach (var feed in FeedCorpus.Read(path))
        {
            files++;
            claims += feed.Values.Count;
            IReadOnlyList<Story> stories = [];
            try
            {
                stories = StoryReader.Read(feed.Bytes, new("http://127.0.0.1:8097/feed"), Now).Stories;
            }
            catch (FeedFormatException e)
            {
                refused.Add(feed.Name);
                TestContext.Out.WriteLine($"{feed.Name}: {e.Message}");
            }

            Assert.That(stories.Select(s => s.PublishedAt), Is.All.Null.Or.GreaterThan(StoryDates.Earliest), feed.Name);
            foreach (var claim in feed.Values)
            {
                var found = claim.Item < stories.Count ? Found(stories[claim.Item], claim.Field) : null;
                if (found != (claim.Field == "title" ? StoryText.Plain(claim.Value, Story.LongestTitle) : claim.Value))
                {
                    other.Add(feed.Name);
                    TestContext.Out.WriteLine($"{feed.Name}: {claim} but {found ?? "nothing"}");
                }
            }
        }

        TestContext.Out.WriteLine($"{files - refused.Count} of {files} files, {claims - other.Count} of {claims} values");
        Assert.That(files, Is.EqualTo(763));
        Assert.That(claims, Is.GreaterThan(50));
        Assert.That(refused, Is.EquivalentTo(Refused.Keys));
        Assert.That(other, Is.EquivalentTo(Deviating.Keys));
    }

    private static string? Found(Story story, string field) => field switch
    {
        "title" => story.Title,
        "link" => story.Link?.OriginalString,
        "id" => story.Guid,
        _ => story.PublishedAt?.UtcDateTime.ToString("s", CultureInfo.InvariantCulture),
    };
}
