using System.Text;

namespace TradingSystem.Trigger.Stories;

/// <summary>Links of stories: addresses of the web, nothing that would run or open something here.</summary>
public static class StoryLinks
{
    /// <summary>http or https and of bounded length, else null. What is relative is so to <paramref name="within"/>.</summary>
    public static Uri? Read(string? text, Uri? within)
    {
        text = text?.Trim();
        if (text is null or { Length: 0 or > Story.LongestLink } || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or '"'))
        {
            return null;
        }

        // A path is an absolute address of a file here, and means one on the feed's own host.
        var isRelative = text[0] == '/' || !Uri.TryCreate(text, UriKind.Absolute, out _);
        Uri? link;
        if (isRelative ? within is null || !Uri.TryCreate(within, text, out link) : !Uri.TryCreate(text, UriKind.Absolute, out link))
        {
            return null;
        }

        return IsWeb(link!) && link!.UserInfo.Length == 0 && link.AbsoluteUri.Length <= Story.LongestLink ? link : null;
    }

    public static bool IsWeb(Uri link) => link.Scheme == Uri.UriSchemeHttp || link.Scheme == Uri.UriSchemeHttps;

    /// <summary>What is the same of two links to one page: neither the fragment nor what tells where a reader came from.</summary>
    public static string Key(Uri link)
    {
        var key = new StringBuilder(link.GetComponents(UriComponents.Host | UriComponents.Path | UriComponents.StrongPort, UriFormat.UriEscaped).TrimEnd('/'));
        foreach (var part in link.Query.TrimStart('?').Split('&').Where(p => p.Length > 0 && !p.StartsWith("utm_", StringComparison.OrdinalIgnoreCase)))
        {
            key.Append('&').Append(part);
        }

        return key.ToString();
    }
}
