namespace TradingSystem.Trigger.Stories;

/// <summary>
/// Which symbols a story is about: whole words only. The ticker in capitals (<c>SOL</c>, <c>$sol</c>), the symbol itself, the asset's names, and names that
/// the feed's settings add. Where names overlap the longer one counts: Bitcoin Cash is no Bitcoin.
/// </summary>
public sealed class SymbolFinder
{
    private readonly Dictionary<string, List<Phrase>> _byFirst = new(StringComparer.OrdinalIgnoreCase);
    private readonly ILookup<string, string> _tickers;
    private readonly HashSet<string> _symbols;

    /// <param name="symbols">Those that are looked for.</param>
    /// <param name="aliases">More names, by symbol, in any case; their symbols are looked for as well.</param>
    public SymbolFinder(IEnumerable<string> symbols, IReadOnlyDictionary<string, IReadOnlyList<string>> aliases)
    {
        _symbols = [.. symbols, .. aliases.Keys];
        _tickers = _symbols.ToLookup(Base, StringComparer.OrdinalIgnoreCase);
        // Assets that nobody looks for are known all the same: what names them is no name of another.
        foreach (var (asset, names) in SymbolNames.All)
        {
            foreach (var name in names)
            {
                Add(name, [.. _tickers[asset]], anyCase: !char.IsUpper(name[0]));
            }
        }

        foreach (var (symbol, names) in aliases)
        {
            foreach (var name in names)
            {
                Add(name, [symbol], anyCase: true);
            }
        }

        foreach (var phrases in _byFirst.Values)
        {
            phrases.Sort((a, b) => b.Words.Count - a.Words.Count);
        }
    }

    /// <summary>In the order of the alphabet, each once.</summary>
    public IReadOnlyList<string> Of(Story story)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var text in (string[])[story.Title, story.Summary])
        {
            Find(text, found);
        }

        foreach (var tag in story.Tags)
        {
            Find(tag, found);
            // As a tag a ticker has no other meaning.
            found.UnionWith(_tickers[tag.TrimStart('$', '#')]);
        }

        return [.. found];
    }

    /// <summary>BTCUSDT is of BTC.</summary>
    public static string Base(string symbol) =>
        SymbolNames.Quotes.FirstOrDefault(q => symbol.Length > q.Length && symbol.EndsWith(q, StringComparison.Ordinal)) is { } quote ? symbol[..^quote.Length] : symbol;

    private void Add(string name, IReadOnlyList<string> symbols, bool anyCase)
    {
        var words = Words(name).Select(w => name[w]).ToList();
        if (words.Count == 0)
        {
            return;
        }

        if (!_byFirst.TryGetValue(words[0], out var phrases))
        {
            _byFirst[words[0]] = phrases = [];
        }

        phrases.Add(new(words, symbols, anyCase));
    }

    private void Find(string text, SortedSet<string> found)
    {
        var words = Words(text);
        // In a line that shouts capitals say nothing.
        var shouts = !text.Any(char.IsLower) && words.Count > 3;
        for (var i = 0; i < words.Count;)
        {
            var word = text[words[i]];
            if (_byFirst.TryGetValue(word, out var phrases) && phrases.FirstOrDefault(p => p.Begins(text, words, i)) is { } longest)
            {
                foreach (var phrase in phrases.Where(p => p.Words.Count == longest.Words.Count && p.Begins(text, words, i)))
                {
                    found.UnionWith(phrase.Symbols);
                }

                i += longest.Words.Count;
                continue;
            }

            var begin = words[i].Start.Value;
            var isMarked = begin > 0 && text[begin - 1] == '$';
            if (_symbols.Contains(word))
            {
                found.Add(word);
            }
            else if (isMarked || (!shouts && word.Length > 1 && !word.Any(char.IsLower) && !SymbolNames.Words.Contains(word)))
            {
                found.UnionWith(_tickers[word]);
            }

            i++;
        }
    }

    /// <summary>Where its words are: letters and digits without anything between them.</summary>
    private static List<Range> Words(string text)
    {
        var words = new List<Range>();
        for (var at = 0; at < text.Length;)
        {
            var begin = at;
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || char.IsSurrogate(text[at])))
            {
                at++;
            }

            if (at > begin)
            {
                words.Add(begin..at);
            }
            else
            {
                at++;
            }
        }

        return words;
    }

    private sealed record Phrase(IReadOnlyList<string> Words, IReadOnlyList<string> Symbols, bool AnyCase)
    {
        public bool Begins(string text, List<Range> words, int at) =>
            at + Words.Count <= words.Count
            && Words.Select((w, i) => text.AsSpan(words[at + i]).Equals(w, AnyCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)).All(same => same);
    }
}
