namespace TradingSystem.Trigger.Feeds;

/// <summary>The files that a setting names.</summary>
internal static class ReplayPaths
{
    /// <summary>
    /// A file, a folder (its files, without those of folders in it), or several of them between commas. What exists as it stands is one path, whatever
    /// commas it has; beside others a path cannot have any.
    /// </summary>
    /// <exception cref="ReplayFormatException">There is none.</exception>
    public static IReadOnlyList<string> Of(string text) =>
        Path.Exists(text) ? Within(text) : [.. text.Split(',', StringSplitOptions.TrimEntries).SelectMany(Within)];

    private static string[] Within(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? [path] : throw new ReplayFormatException($"FILE must exist, got '{path}'");
        }

        string[] files = [.. Directory.EnumerateFiles(path).Where(ReplaySource.IsReadable).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new ReplayFormatException($"the folder must contain a .csv, .csv.gz or .zip file, got '{path}'");
    }
}
