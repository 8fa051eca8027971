using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Trigger.News;

/// <param name="Known">The row that it is; null for a new story.</param>
/// <param name="Key">What it is kept under where it is new.</param>
/// <param name="Repeats">Of a new one: what it has in common with another, <see cref="NewsWords.SameGuid"/> or <see cref="NewsWords.SameLink"/>; null for nothing.</param>
/// <param name="Other">That other one.</param>
public sealed record SortedStory(Story Story, StoryKeys Keys, NewsStoryRow? Known, string Key, string? Repeats = null, NewsStoryRow? Other = null);

/// <summary>
/// Tells stories that are known from new ones. A guid is a story, and a link is one; what has the guid of another and yet neither its title nor its link, or
/// its link and neither its guid nor its title, is a row of its own that says so, never dropped. What several stories of one document share is no id, and what
/// two that are kept share does not hold back a third.
/// </summary>
public sealed class StorySorter
{
    private readonly HashSet<string> _sharedGuids;
    private readonly HashSet<string> _sharedLinks;
    private readonly HashSet<string> _usedGuids;
    private readonly HashSet<string> _usedLinks;
    private readonly List<NewsStoryRow> _rows;
    private readonly Dictionary<Guid, string> _titles = [];

    /// <param name="document">All that the feed shows.</param>
    /// <param name="rows">Its stories that have one of these guids, links or keys.</param>
    public StorySorter(IReadOnlyList<Story> document, IEnumerable<NewsStoryRow> rows)
    {
        var keys = document.Select(StoryKeys.Of).ToList();
        _sharedGuids = Shared(keys.Where(k => k.Guid is not null), k => k.Guid!, k => (k.Link, k.Title));
        _sharedLinks = Shared(keys.Where(k => k.Link is not null), k => k.Link!, k => (k.Guid, k.Title));
        _rows = [.. rows];
        _usedGuids = [.. _rows.Where(r => r.GuidKey is not null).GroupBy(r => r.GuidKey!)
            .Where(g => IsMany(g.Select(r => r.LinkKey)) && IsMany(g.Select(r => StoryKeys.Words(r.Title)))).Select(g => g.Key)];
        _usedLinks = [.. _rows.Where(r => r.LinkKey is not null && r.GuidKey is not null).GroupBy(r => r.LinkKey!)
            .Where(g => IsMany(g.Select(r => r.GuidKey))).Select(g => g.Key)];
    }

    /// <summary>All that a story could be kept under.</summary>
    public static IEnumerable<string> Candidates(Story story)
    {
        var keys = StoryKeys.Of(story);
        return new[] { keys.Guid, keys.Link, keys.Guid is null ? null : Further(keys), Worded(story, keys) }.OfType<string>();
    }

    public SortedStory Sort(Story story)
    {
        var keys = StoryKeys.Of(story);
        var siblings = keys.Guid is { } guid ? _rows.Where(r => r.GuidKey == guid).ToList() : [];
        if ((siblings.Find(r => r.LinkKey == keys.Link && IsTitled(r, keys)) ?? siblings.Find(r => IsTitled(r, keys))
                ?? siblings.Find(r => r.LinkKey == keys.Link && !_sharedGuids.Contains(keys.Guid!))) is { } same)
        {
            return new(story, keys, same, same.Key);
        }

        if (keys.Guid is not null && (siblings.Count > 0 || _sharedGuids.Contains(keys.Guid)))
        {
            var key = Further(keys);
            return _rows.Find(r => r.Key == key) is { } row ? new(story, keys, row, key)
                : _sharedGuids.Contains(keys.Guid) || _usedGuids.Contains(keys.Guid) ? new(story, keys, null, key)
                : new(story, keys, null, key, NewsWords.SameGuid, siblings[0]);
        }

        if (keys.Link is { } link && _rows.Where(r => r.LinkKey == link).ToList() is { Count: > 0 } linked)
        {
            if (linked.Find(r => IsTitled(r, keys)) is { } titled)
            {
                return new(story, keys, titled, titled.Key);
            }

            // A page that several guids lead to is one of theirs only where there is no guid.
            if (!_sharedLinks.Contains(link) && (keys.Guid is null || !_usedLinks.Contains(link)))
            {
                // Without a guid on either side the link is all there is.
                return linked.Find(r => keys.Guid is null || r.GuidKey is null) is { } only
                    ? new(story, keys, only, only.Key)
                    : new(story, keys, null, keys.Guid!, NewsWords.SameLink, linked[0]);
            }
        }

        var own = keys.Guid ?? (keys.Link is { } l && !_sharedLinks.Contains(l) ? l : Worded(story, keys));
        return new(story, keys, _rows.Find(r => r.Key == own), own);
    }

    /// <summary>From here on it is known.</summary>
    public void Add(NewsStoryRow row) => _rows.Add(row);

    private static string Further(StoryKeys keys) => StoryKeys.Hash("further", keys.Guid!, keys.Link ?? "", keys.Title);

    /// <summary>A page that several stories share is no part of what a story without a guid says.</summary>
    private static string Worded(Story story, StoryKeys keys) => StoryKeys.Hash("words", keys.Title, keys.Link is null ? story.Summary : "");

    private bool IsTitled(NewsStoryRow row, StoryKeys keys)
    {
        if (!_titles.TryGetValue(row.Id, out var title))
        {
            _titles[row.Id] = title = StoryKeys.Words(row.Title);
        }

        return title == keys.Title;
    }

    private static bool IsMany(IEnumerable<string?> keys) => keys.Distinct().Skip(1).Any();

    private static HashSet<string> Shared<T>(IEnumerable<StoryKeys> keys, Func<StoryKeys, string> of, Func<StoryKeys, T> rest) =>
        [.. keys.GroupBy(of).Where(g => g.Select(rest).Distinct().Skip(1).Any()).Select(g => g.Key)];
}
