using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.News;

/// <summary>A news feed: where it is, how often it is asked, and whom its stories are for.</summary>
/// <param name="Name">Small letters, digits and _, beginning with a letter; at most 60, and unique among the feeds that are not deleted.</param>
/// <param name="Url">RSS, RDF, Atom or JSON Feed over http or https, at most 2000 characters, without a name and password in it. Whoever may read feeds reads
/// it.</param>
/// <param name="Enabled">Whether it is asked; true where it is left out.</param>
/// <param name="IntervalS">Seconds between two times, 60 to 86400; 300 where it is left out. A tenth more or less is drawn each time.</param>
/// <param name="Priority">Of its events, 1 to 10; 5 where it is left out.</param>
/// <param name="Targets">Whom its events wake, as in a trigger's frame; left out for the groups of the symbols that a story is about.</param>
/// <param name="Symbols">Symbols that each of its stories is about, whatever it says, at most 20.</param>
/// <param name="Aliases">More names of symbols, at most 50 symbols with 20 names each: names of 2 to 60 characters, found as whole words in any case.</param>
/// <param name="Tags">Words that its events carry, at most 20.</param>
[BodyTerms(MaxBytes = 32 * 1024)]
[NoNulls]
public sealed record NewsFeedDocument(
    string Name,
    string Url,
    bool? Enabled = null,
    int? IntervalS = null,
    int? Priority = null,
    IReadOnlyList<string>? Targets = null,
    IReadOnlyList<string>? Symbols = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Aliases = null,
    IReadOnlyList<string>? Tags = null);
