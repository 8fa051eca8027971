using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace TradingSystem.Tests.Trigger.Stories;

/// <param name="Item">Which item, from 0.</param>
/// <param name="Field">title, link, id or date.</param>
/// <param name="Value">What it is; a date as sortable text in UTC.</param>
internal sealed record CorpusValue(int Item, string Field, string Value);

/// <summary>A feed of the corpus, and what its head says of it.</summary>
internal sealed record CorpusFeed(string Name, byte[] Bytes, IReadOnlyList<CorpusValue> Values);

/// <summary>
/// Feeds that state what a reader is to find in them: the corpus in <c>shared/rss</c> beside the repository, or beside <c>MARKET_DATA_DIR</c>.
/// </summary>
internal static partial class FeedCorpus
{
    private const string File = "feedparser-corpus.tar.gz";

    public static string? Find([CallerFilePath] string source = "")
    {
        if (Environment.GetEnvironmentVariable("MARKET_DATA_DIR") is { Length: > 0 } given)
        {
            return Path.Combine(given, "..", "rss", File) is var beside && System.IO.File.Exists(beside) ? beside : null;
        }

        for (var folder = new DirectoryInfo(Path.GetDirectoryName(source)!); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "shared", "rss", File) is var path && System.IO.File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    public static IEnumerable<CorpusFeed> Read(string path)
    {
        using var tar = new TarReader(new GZipStream(System.IO.File.OpenRead(path), CompressionMode.Decompress));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.Name.EndsWith(".xml", StringComparison.Ordinal) && entry.DataStream is { } data)
            {
                using var whole = new MemoryStream();
                data.CopyTo(whole);
                yield return new(entry.Name[(entry.Name.IndexOf("tests/", StringComparison.Ordinal) + 6)..], whole.ToArray(), [.. Claims(whole.ToArray())]);
            }
        }
    }

    /// <summary>What the comment at the head claims in the simple form; the rest of its language is about another parser's own fields.</summary>
    private static IEnumerable<CorpusValue> Claims(byte[] bytes)
    {
        var claim = Expect().Match(Wide(bytes).GetString(bytes)).Groups[1].Value;
        foreach (Match match in Value().Matches(claim))
        {
            var field = match.Groups["field"].Value switch { "guid" => "id", "published_parsed" or "updated_parsed" => "date", var name => name };
            var value = match.Groups["tuple"].Value is { Length: > 0 } tuple ? Sortable(tuple) : Escape().Replace(match.Groups["text"].Value, Unescaped);
            yield return new(int.Parse(match.Groups["item"].Value, CultureInfo.InvariantCulture), field, value);
        }
    }

    private static Encoding Wide(byte[] bytes) => bytes switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0x3C, 0, 0, 0, ..] => Encoding.UTF32,
        [0, 0, ..] => new UTF32Encoding(true, false),
        [0xFF, 0xFE, ..] or [0x3C, 0, ..] => Encoding.Unicode,
        [0xFE, 0xFF, ..] or [0, 0x3C, ..] => Encoding.BigEndianUnicode,
        _ => Encoding.Latin1,
    };

    private static string Sortable(string tuple)
    {
        var parts = tuple.Split(',').Select(p => int.Parse(p, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture)).ToArray();
        return new DateTime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], DateTimeKind.Utc).ToString("s", CultureInfo.InvariantCulture);
    }

    private static string Unescaped(Match match) => match.Groups[1].Value switch
    {
        { Length: > 1 } hex => ((char)int.Parse(hex[1..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
        "n" => "\n",
        var other => other,
    };

    [GeneratedRegex(@"Expect:\s*(.*?)\s*(-->|\n)")]
    private static partial Regex Expect();

    [GeneratedRegex(
        """entries\[(?<item>\d)\]\['(?<field>title|link|id|guid|published_parsed|updated_parsed)'\] == (u?'(?<text>([^'\\]|\\.)*)'|u?"(?<text>([^"\\]|\\.)*)"|\((?<tuple>[\d, ]+)\))""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Value();

    [GeneratedRegex(@"\\(u[0-9a-f]{4}|x[0-9a-f]{2}|.)")]
    private static partial Regex Escape();
}
