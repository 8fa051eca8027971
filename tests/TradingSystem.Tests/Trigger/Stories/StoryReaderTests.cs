using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Tests.Trigger.Stories;

[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class StoryReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly Uri Address = new("https://feeds.example.org/all/rss");

    [Test]
    public void Rss_as_news_sites_write_it()
    {
        var story = One("""
            <?xml version="1.0" encoding="utf-8"?>
            <rss version="2.0"><channel><title>Site</title><link>https://example.org</link>
              <item>
                <title><![CDATA[Bitcoin &amp; co]]></title>
                <link><![CDATA[ https://example.org/a?utm_source=rss ]]></link>
                <guid isPermaLink="true">https://example.org/a</guid>
                <pubDate><![CDATA[Sat, 15 Aug 2026 11:26:43 +0000]]></pubDate>
                <dc:creator>Nobody declared this prefix</dc:creator>
                <category>Markets</category><category>BTC</category><category>btc</category>
                <description><![CDATA[<p style="float:right"><img src="x"></p>It rose&nbsp;again]]></description>
                <media:group><media:title>Another title</media:title></media:group>
              </item></channel></rss>
            """);
        Assert.That(story.Title, Is.EqualTo("Bitcoin & co"));
        Assert.That(story.Link!.AbsoluteUri, Is.EqualTo("https://example.org/a?utm_source=rss"));
        Assert.That(story.Guid, Is.EqualTo("https://example.org/a"));
        Assert.That(story.PublishedAt, Is.EqualTo(new DateTimeOffset(2026, 8, 15, 11, 26, 43, TimeSpan.Zero)));
        Assert.That(story.Tags, Is.EqualTo(new[] { "Markets", "BTC" }));
        Assert.That(story.Summary, Is.EqualTo("It rose again"));
    }

    [Test]
    public void Atom_with_markup_a_relative_link_and_an_update_alone()
    {
        var story = One("""
            <feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/news/">
              <title>Site</title><updated>2026-08-15T11:00:00Z</updated>
              <entry><id>urn:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ether <b>falls</b><script>alert(1)</script> &lt;tag&gt;</div></title>
                <link rel="enclosure" href="https://example.org/a.mp3"/><link href="a"/><updated>2026-08-15T13:00:00+02:00</updated>
                <source><title>Elsewhere</title><id>urn:other</id></source><category term="eth"/></entry></feed>
            """);
        Assert.That((story.Guid, story.Title, story.Link!.AbsoluteUri), Is.EqualTo(("urn:1", "Ether falls", "https://example.org/news/a")));
        Assert.That((story.PublishedAt, story.Tags.Single()), Is.EqualTo((new DateTimeOffset(2026, 8, 15, 11, 0, 0, TimeSpan.Zero), "eth")));
    }

    [Test]
    public void Rdf_knows_its_items_by_what_they_are_about()
    {
        var story = One("""
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://example.org/"/>
            <item rdf:about="https://example.org/1"><title>T</title><dc:date>2026-08-15T11:00:00Z</dc:date></item></rdf:RDF>
            """);
        Assert.That((story.Guid, story.Link!.AbsoluteUri, story.PublishedAt!.Value.Hour), Is.EqualTo(("https://example.org/1", "https://example.org/1", 11)));
    }

    [Test]
    public void A_json_feed_with_what_is_no_story_and_what_is_no_text()
    {
        var content = Read("""
            {"version":"https://jsonfeed.org/version/1.1","title":"Site","items":[
              {"id":7,"url":"/a","content_html":"<p>Only <b>text</b></p>","date_published":"2026-08-15T11:00:00Z","tags":["SOL",1,null]},
              {"id":"\ud83d","title":"Half a pair"}, 5, {}, {"id":"x","title":"t","url":"javascript:alert(1)"}]}
            """);
        Assert.That(content.Stories.Select(s => (s.Guid, s.Title, s.Link?.AbsoluteUri)), Is.EqualTo(new[]
        {
            ("7", "Only text", "https://feeds.example.org/a"), (null, "Half a pair", null), ("x", "t", (string?)null),
        }));
        Assert.That(content.Skipped, Is.EqualTo(2));
        Assert.That(content.Stories[0].Tags, Is.EqualTo(new[] { "SOL", "1" }));
    }

    [TestCase("<html><body>Not found</body></html>")]
    [TestCase("")]
    [TestCase("Not found")]
    [TestCase("{\"items\":[]}")]
    [TestCase("{\"version\":\"https://jsonfeed.org/version/1\"")]
    [TestCase("<rss><channel>")]
    [TestCase("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"\\ud800x\":1}]}", TestName = "A field whose name is half a pair")]
    public void What_is_no_feed_says_so(string text) => Assert.That(() => Read(text), Throws.InstanceOf<FeedFormatException>());

    [Test]
    public void A_feed_that_breaks_off_gives_what_was_whole_and_says_where()
    {
        var content = Read("<rss version=\"2.0\"><channel>\n<item><title>Whole</title></item>\n<item><title>Ha");
        Assert.That(content.Stories.Select(s => s.Title), Is.EqualTo(new[] { "Whole" }));
        Assert.That(content.Fault, Is.EqualTo("no XML from line 3 on"));
    }

    [Test]
    public void A_date_that_is_none_is_told_as_it_came()
    {
        var stories = Read("""
            <rss version="2.0"><channel><item><title>a</title><pubDate>Sat, 15 Aug 200 11:26:43 GMT</pubDate></item><item><title>b</title></item>
            <item><title>c</title><pubDate>soon</pubDate><dc:date>2026-08-15T11:00:00Z</dc:date></item></channel></rss>
            """).Stories;
        Assert.That(stories.Select(s => (s.PublishedAt?.Year, s.PublishedText)), Is.EqualTo(new (int?, string?)[] { (null, "Sat, 15 Aug 200 11:26:43 GMT"), (null, null), (2026, "2026-08-15T11:00:00Z") }));
    }

    [TestCase("utf-8", "utf-8", true)]
    [TestCase("utf-16", "utf-16", true)]
    [TestCase("utf-16BE", "utf-16", false)]
    [TestCase("utf-8", "windows-1251", false)]
    [TestCase("windows-1251", "windows-1251", false)]
    [TestCase("shift_jis", "shift_jis", false)]
    [TestCase("utf-8", "no-such-encoding", false)]
    [TestCase("utf-8", "utf-16", false)]
    public void Text_is_read_in_the_encoding_that_it_is_in(string real, string declared, bool marked)
    {
        var text = real == "shift_jis" ? "\u65e5\u672c" : "\u0411\u0438\u0442\u043a\u043e\u0438\u043d";
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(real) ?? Encoding.GetEncoding(real);
        var bytes = encoding.GetBytes($"<?xml version=\"1.0\" encoding=\"{declared}\"?><rss version=\"2.0\"><channel><item><title>{text}</title></item></channel></rss>");
        var content = StoryReader.Read(marked ? [.. encoding.GetPreamble(), .. bytes] : bytes, Address, Now);
        // What is declared and could be is believed: nobody can tell one 8-bit encoding from another.
        Assert.That(content.Stories.Single().Title == text, Is.EqualTo((real, declared) != ("utf-8", "windows-1251")));
    }

    [Test]
    public void Bytes_that_are_no_utf8_are_the_letters_that_people_mean()
    {
        var bytes = Encoding.Latin1.GetBytes("<rss version=\"2.0\"><channel><item><title>caf\u00e9 \u0093quoted\u0094</title></item></channel></rss>");
        Assert.That(StoryReader.Read(bytes, Address, Now).Stories.Single().Title, Is.EqualTo("caf\u00e9 \u201cquoted\u201d"));
    }

    [Test]
    public void What_the_server_names_counts_where_the_feed_names_nothing()
    {
        var bytes = CodePagesEncodingProvider.Instance.GetEncoding("windows-1251")!.GetBytes("<rss version=\"2.0\"><channel><item><title>\u0411\u0438\u0442\u043a\u043e\u0438\u043d</title></item></channel></rss>");
        Assert.That(StoryReader.Read(bytes, Address, Now, "Windows-1251").Stories.Single().Title, Is.EqualTo("\u0411\u0438\u0442\u043a\u043e\u0438\u043d"));
        Assert.That(StoryReader.Read("<rss version=\"2.0\"><channel><item><title>\u00e9</title></item></channel></rss>"u8, Address, Now, "windows-1251").Stories.Single().Title, Is.EqualTo("\u00e9"));
    }

    [Test]
    public void A_feed_is_as_large_as_it_may_be()
    {
        Assert.That(() => StoryReader.Read(new byte[StoryReader.MostBytes + 1], Address, Now), Throws.InstanceOf<FeedFormatException>());
        var content = Read("<rss version=\"2.0\"><channel>" + string.Concat(Enumerable.Range(0, 600).Select(i => $"<item><title>{i}</title></item>")) + "</channel></rss>");
        Assert.That((content.Stories.Count, content.Skipped), Is.EqualTo((StoryReader.MostStories, 100)));
    }

    [Test]
    public void A_story_of_a_link_alone_has_a_title_of_bounded_length()
    {
        var story = Read($"<rss version=\"2.0\"><channel><item><link>https://example.org/{new string('x', 1500)}</link></item></channel></rss>").Stories.Single();
        Assert.That((story.Title.Length, story.Link!.AbsoluteUri.Length), Is.EqualTo((Story.LongestTitle, 1520)));
    }

    [Test]
    public void Of_a_field_only_the_beginning_is_looked_at()
    {
        var begins = new string('x', StoryText.LongestSource);
        var guids = Read($"<rss version=\"2.0\"><channel><item><guid>{begins}a</guid></item><item><guid>{begins}b</guid></item></channel></rss>").Stories.Select(s => s.Guid).ToList();
        Assert.That(guids[0], Is.EqualTo(guids[1]));
    }

    [Test]
    public void A_document_of_ampersands_does_not_become_five_times_as_long()
    {
        Assert.That(FeedRepair.Of("<a>" + new string('&', 1_000_000)), Has.Length.LessThan(1_300_000));
        Assert.That(FeedRepair.Of("<a>" + string.Concat(Enumerable.Repeat("& ", 10_000))), Has.Length.EqualTo(3 + (10_000 * 6)));
    }

    [TestCase("<!ENTITY x SYSTEM \"http://127.0.0.1:{0}/x\">", "&x;")]
    [TestCase("<!ENTITY % x SYSTEM \"http://127.0.0.1:{0}/x\"> %x;", "a")]
    [TestCase("<!ENTITY x SYSTEM \"file:///etc/hostname\">", "&x;")]
    public async Task No_entity_is_ever_fetched(string declaration, string use)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var asked = listener.AcceptTcpClientAsync();
        var declared = declaration.Replace("{0}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var content = Read($"<!DOCTYPE rss PUBLIC \"x\" \"http://127.0.0.1:{port}/dtd\" [{declared}]><rss version=\"2.0\"><channel><item><title>{use}</title></item></channel></rss>");
        Assert.That(content.Stories.Single().Title, Is.EqualTo(use), "the name, not what it stands for");

        // A connection of our own comes behind any of theirs.
        using var own = new TcpClient(AddressFamily.InterNetwork);
        await own.ConnectAsync(IPAddress.Loopback, port);
        using var first = await asked;
        Assert.That(first.Client.RemoteEndPoint, Is.EqualTo(own.Client.LocalEndPoint));
    }

    [Test]
    [MaxTime(20_000)]
    public void An_entity_of_entities_is_not_expanded()
    {
        var laughs = string.Concat(Enumerable.Range(1, 30).Select(i => $"<!ENTITY a{i} '&a{i - 1};&a{i - 1};&a{i - 1};'>"));
        var content = Read($"<!DOCTYPE rss [<!ENTITY a0 'ha'>{laughs}]><rss version=\"2.0\"><channel><item><title>&a30;</title></item></channel></rss>");
        Assert.That(content.Stories.Single().Title, Is.EqualTo("&a30;"));
    }

    [TestCase("<a>", 500_000, TestName = "Elements within elements")]
    [TestCase("<![CDATA[", 200_000, TestName = "Sections that never end")]
    [TestCase("&", 1_500_000, TestName = "Ampersands")]
    [TestCase("<a xmlns:p='q'>", 130_000, TestName = "Namespaces within namespaces")]
    [TestCase("<category/>", 180_000, TestName = "Tags without end")]
    [TestCase("<link href='/a'/>", 120_000, TestName = "Links without end")]
    [TestCase("<b/>", 400_000, TestName = "Elements beside elements")]
    [MaxTime(20_000)]
    public void What_a_feed_has_too_much_of_takes_no_time(string part, int times)
    {
        var text = $"<rss version=\"2.0\"><channel><item><title>t</title></item><item><description>{string.Concat(Enumerable.Repeat(part, times))}</description></item></channel></rss>";
        Assert.That(Read(text).Stories[0].Title, Is.EqualTo("t"));
    }

    [Test]
    [MaxTime(20_000)]
    public void An_element_of_many_attributes_takes_no_time()
    {
        var attributes = string.Concat(Enumerable.Range(0, 60_000).Select(i => $" a{i}=''"));
        Assert.That(Read($"<rss version=\"2.0\"><channel><item{attributes}><title{attributes}>t</title></item></channel></rss>").Stories.Single().Title, Is.EqualTo("t"));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Whatever_the_bytes_are_they_are_a_feed_or_none(byte[] bytes, bool isJson)
    {
        try
        {
            var head = isJson ? "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":["u8 : "<rss version='2.0'><channel><item><title>"u8;
            return StoryReader.Read([.. head, .. bytes], Address, Now).Stories.All(s => s.Title.Length > 0);
        }
        catch (FeedFormatException e)
        {
            return e.Message.Length > 0;
        }
    }

    private static Story One(string text) => Read(text).Stories.Single();

    private static FeedContent Read(string text) => StoryReader.Read(Encoding.UTF8.GetBytes(text), Address, Now);
}
