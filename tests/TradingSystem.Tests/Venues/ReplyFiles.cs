namespace TradingSystem.Tests.Venues;

/// <summary>
/// Bodies as exchanges answer them. Those of the folder <c>replies</c> are kept here; more, of others' test suites, are in
/// <c>EXCHANGE_RESPONSES_DIR</c> or beside the repository, and are read where they are there.
/// </summary>
internal static class ReplyFiles
{
    private static readonly string[] Folders = [Path.Combine(TestVenue.Folder, "replies"), .. Beside()];

    public static bool Has(string file) => Find(file) is not null;

    public static string Read(string file) => File.ReadAllText(Find(file) ?? throw new FileNotFoundException(file));

    /// <summary>Every file there is for a venue, by name.</summary>
    public static IEnumerable<string> All(string venue) => Folders
        .Select(f => Path.Combine(f, venue))
        .Where(Directory.Exists)
        .SelectMany(Directory.GetFiles)
        .Select(f => $"{venue}/{Path.GetFileName(f)}")
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static string? Find(string file) => Folders.Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Beside()
    {
        if (Environment.GetEnvironmentVariable("EXCHANGE_RESPONSES_DIR") is { Length: > 0 } named)
        {
            yield return named;
        }

        for (var folder = new DirectoryInfo(TestVenue.Folder); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "shared", "exchanges", "responses");
        }
    }
}
