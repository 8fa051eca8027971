using System.Text;
using System.Xml;

namespace TradingSystem.Trigger.Stories;

/// <summary>
/// RSS of every version, RDF and Atom. A document type is passed over unread: no entity of it is expanded and nothing is fetched. Read as a stream, so that
/// stories before a fault of the document are kept, and nothing is as deep as the document likes.
/// </summary>
internal static class XmlStories
{
    private const string Xml = "http://www.w3.org/XML/1998/namespace";
    private static readonly string[] Roots = ["rss", "RDF", "feed", "channel"];

    /// <summary>Prefixes that feeds use and forget to declare.</summary>
    private static readonly (string Prefix, string Uri)[] Prefixes =
    [
        ("dc", StoryFields.Dc), ("dcterms", StoryFields.DcTerms), ("content", StoryFields.Content), ("atom", StoryFields.Atom), ("media", "http://search.yahoo.com/mrss/"),
        ("itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"), ("rdf", StoryFields.Rdf), ("slash", "http://purl.org/rss/1.0/modules/slash/"),
        ("wfw", "http://wellformedweb.org/CommentAPI/"), ("sy", "http://purl.org/rss/1.0/modules/syndication/"), ("xhtml", "http://www.w3.org/1999/xhtml"),
        ("georss", "http://www.georss.org/georss"), ("feedburner", "http://rssnamespace.org/feedburner/ext/1.0"), ("thr", "http://purl.org/syndication/thread/1.0"),
        ("cc", "http://web.resource.org/cc/"), ("l", "http://purl.org/rss/1.0/modules/link/"),
    ];

    /// <param name="address">Where the feed was read: what its links are relative to.</param>
    /// <exception cref="FeedFormatException">It is no feed.</exception>
    public static FeedContent Read(string text, Uri? address, int most, DateTimeOffset now)
    {
        var names = new NameTable();
        var spaces = new XmlNamespaceManager(names);
        foreach (var (prefix, uri) in Prefixes)
        {
            spaces.AddNamespace(prefix, uri);
        }

        using var xml = XmlReader.Create(
            new StringReader(FeedRepair.Of(text)),
            new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, NameTable = names, IgnoreComments = true, IgnoreProcessingInstructions = true },
            new XmlParserContext(names, spaces, null, XmlSpace.None));
        var (stories, skipped) = (new List<Story>(), 0);
        try
        {
            xml.MoveToContent();
            if (xml.NodeType != XmlNodeType.Element || !Roots.Contains(xml.LocalName))
            {
                throw new FeedFormatException($"an RSS, RDF or Atom feed begins with {string.Join(", ", Roots)}, this with {(xml.NodeType == XmlNodeType.Element ? Short(xml.LocalName) : "nothing")}");
            }

            var bases = new Stack<(int Depth, Uri? Base)>([(-1, address)]);
            do
            {
                if (xml.NodeType != XmlNodeType.Element)
                {
                    continue;
                }

                Rebase(xml, bases);
                if (xml.LocalName is not ("item" or "entry") || IsForeign(xml.NamespaceURI))
                {
                    continue;
                }

                // Only whole ones: what breaks off within is a fault.
                if (StoryFields.Read(xml, bases.Peek().Base).Story(now) is { } story && stories.Count < most)
                {
                    stories.Add(story);
                }
                else
                {
                    skipped++;
                }
            }
            while (xml.Read());
        }
        catch (XmlException e)
        {
            return stories.Count > 0 ? new(stories, Told(e), skipped) : throw new FeedFormatException(Told(e), e);
        }

        return new(stories, null, skipped);
    }

    internal static string? Base(XmlReader xml) => xml.GetAttribute("base", Xml);

    private static void Rebase(XmlReader xml, Stack<(int Depth, Uri? Base)> bases)
    {
        while (bases.Peek().Depth >= xml.Depth)
        {
            bases.Pop();
        }

        if (Base(xml) is { } text)
        {
            bases.Push((xml.Depth, StoryLinks.Read(text, bases.Peek().Base) ?? bases.Peek().Base));
        }
    }

    /// <summary>Of a namespace that has items of another kind.</summary>
    private static bool IsForeign(string space) => space.Length > 0 && Prefixes.Any(p => p.Uri == space && p.Uri != StoryFields.Atom);

    private static string Told(XmlException e) => $"no XML from line {e.LineNumber} on";

    private static string Short(string name) => name.Length > 40 ? name[..40] : name;
}
