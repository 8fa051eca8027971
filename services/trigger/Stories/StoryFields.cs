using System.Globalization;
using System.Text;
using System.Xml;

namespace TradingSystem.Trigger.Stories;

/// <summary>The fields of one item or entry, whichever format names them.</summary>
internal sealed class StoryFields
{
    public const string Atom = "http://www.w3.org/2005/Atom";
    public const string Dc = "http://purl.org/dc/elements/1.1/";
    public const string DcTerms = "http://purl.org/dc/terms/";
    public const string Content = "http://purl.org/rss/1.0/modules/content/";
    public const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    /// <summary>Fields of one story that are looked at; a feed that has more of them says nothing new.</summary>
    private const int Most = 100;

    /// <summary>In the order in which they count. An update is a date only where nothing else is.</summary>
    private static readonly string[] Dates = ["published", "pubDate", "issued", "dc:date", "dcterms:issued", "dcterms:created", "created", "updated", "modified", "dcterms:modified"];
    private static readonly string[] Texts = ["description", "summary", "content:encoded", "content", "dc:description", "body", "abstract"];

    private readonly List<(string Name, string Text, Uri? Base)> _fields = [];
    private readonly List<string> _tags = [];
    private string? _about;
    private string? _atomLink;
    private Uri? _atomBase;
    private bool _isPermaLink = true;

    /// <summary>Stands on its start; stands on its end when it returns.</summary>
    public static StoryFields Read(XmlReader xml, Uri? within)
    {
        var (story, own, depth) = (new StoryFields(), xml.NamespaceURI, xml.Depth);
        story._about = xml.GetAttribute("about", Rdf) ?? xml.GetAttribute("about");
        if (xml.IsEmptyElement)
        {
            return story;
        }

        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                story.Add(xml, NameOf(xml, own), XmlStories.Base(xml) is { } text ? StoryLinks.Read(text, within) ?? within : within);
            }
        }

        return story;
    }

    /// <summary>Null where it says nothing.</summary>
    public Story? Story(DateTimeOffset now)
    {
        var guid = First("guid") ?? First("id") ?? Trimmed(_about) ?? First("dc:identifier");
        var link = Link("link") ?? StoryLinks.Read(_atomLink, _atomBase) ?? (_isPermaLink ? Link("guid") : null) ?? StoryLinks.Read(_about, null) ?? Link("url");
        return StoryParts.Make(guid, link, First("title") ?? First("dc:title"), Texts.Select(First).FirstOrDefault(t => t is not null), Dates.Select(First), _tags, now);
    }

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private string? First(string name) => _fields.Where(f => f.Name == name).Select(f => Trimmed(f.Text)).FirstOrDefault(t => t is not null);

    private Uri? Link(string name) => _fields.Where(f => f.Name == name).Select(f => StoryLinks.Read(f.Text, f.Base)).FirstOrDefault(l => l is not null);

    /// <summary>Fields of the feed's own format by their name alone, those of an extension by its usual prefix, all others by none that is looked for.</summary>
    private static string NameOf(XmlReader xml, string own) => xml.NamespaceURI switch
    {
        Dc => "dc:" + xml.LocalName,
        DcTerms => "dcterms:" + xml.LocalName,
        Content => "content:" + xml.LocalName,
        "" or Atom => xml.LocalName,
        "http://www.w3.org/1999/xhtml" when xml.LocalName == "body" => "body",
        var space when space == own => xml.LocalName,
        _ => "other:" + xml.LocalName,
    };

    private void Add(XmlReader xml, string name, Uri? within)
    {
        var (relation, address, term) = (xml.GetAttribute("rel"), xml.GetAttribute("href"), xml.GetAttribute("term"));
        var isEncoded = xml.GetAttribute("mode") == "base64" || xml.GetAttribute("type") == "application/octet-stream";
        if (name == "guid")
        {
            _isPermaLink = !string.Equals(xml.GetAttribute("isPermaLink")?.Trim(), "false", StringComparison.OrdinalIgnoreCase);
        }

        var text = Inner(xml);
        if (name == "link" && relation is not (null or "" or "alternate"))
        {
            // What belongs to the story, not the story.
            return;
        }

        if (name == "link" && address is not null)
        {
            (_atomLink, _atomBase) = _atomLink is null ? (address, within) : (_atomLink, _atomBase);
        }
        else if (name is "category" or "dc:subject")
        {
            _tags.Add(term ?? text);
        }
        else if (_fields.Count < Most)
        {
            _fields.Add((name, isEncoded ? Decoded(text) : text, within));
        }
    }

    /// <summary>
    /// The text of an element; of elements within it, as XHTML has them, with their tags, which <see cref="StoryText"/> then knows from text that only looks so.
    /// </summary>
    private static string Inner(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            return "";
        }

        var (depth, hasElements) = (xml.Depth, false);
        var (flat, marked) = (new StringBuilder(), new StringBuilder());
        while (xml.Read() && xml.Depth > depth)
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element or XmlNodeType.EndElement:
                    hasElements = true;
                    Append(marked, string.Create(CultureInfo.InvariantCulture, $"<{(xml.NodeType == XmlNodeType.EndElement ? "/" : "")}{xml.LocalName}{(xml.IsEmptyElement ? "/" : "")}>"));
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    var value = xml.Value.Length > StoryText.LongestSource ? xml.Value[..StoryText.LongestSource] : xml.Value;
                    Append(flat, value);
                    Append(marked, value.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal));
                    break;
                default:
                    break;
            }
        }

        return (hasElements ? marked : flat).ToString();
    }

    private static void Append(StringBuilder text, string part)
    {
        text.Append(part, 0, Math.Min(part.Length, StoryText.LongestSource - text.Length));
    }

    private static string Decoded(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : text;
    }
}
