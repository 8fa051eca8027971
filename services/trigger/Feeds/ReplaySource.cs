using System.IO.Compression;

namespace TradingSystem.Trigger.Feeds;

/// <summary>One csv text of a replay: the file itself, or one of those in its archive.</summary>
/// <param name="Name">As messages name it.</param>
internal sealed record ReplaySource(string Name, Func<StreamReader> Open)
{
    public ReplayReader Read()
    {
        var text = Open();
        try
        {
            return new(Name, text);
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    /// <summary>All that the file holds, in the order of their names.</summary>
    /// <exception cref="ReplayFormatException">It is none that can be read.</exception>
    public static IReadOnlyList<ReplaySource> Of(string path)
    {
        var name = Path.GetFileName(path);
        if (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
        {
            return [new(name, () => new StreamReader(Bytes(path)))];
        }

        if (path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase))
        {
            return [new(name, () => new StreamReader(new GZipStream(Bytes(path), CompressionMode.Decompress)))];
        }

        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            throw new ReplayFormatException($"{name}: the file must be .csv, .csv.gz or .zip");
        }

        using var archive = Archive(path, name);
        string[] entries = [.. archive.Entries.Where(IsText).Select(e => e.FullName).Order(StringComparer.Ordinal)];
        return entries.Length == 0
            ? throw new ReplayFormatException($"{name}: the archive must contain a .csv file")
            : [.. entries.Select(e => new ReplaySource($"{name}/{e}", () => Entry(path, name, e)))];
    }

    /// <summary>By its name it is a recording.</summary>
    public static bool IsReadable(string path) =>
        !IsByMac(Path.GetFileName(path)) && Array.Exists([".csv", ".csv.gz", ".zip"], end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static bool IsText(ZipArchiveEntry entry) => entry.FullName.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && !IsByMac(entry.Name);

    // Beside each file macOS puts one of its own, under the same name behind "._".
    private static bool IsByMac(string name) => name.StartsWith("._", StringComparison.Ordinal);

    private static ArchiveText Entry(string path, string name, string entry)
    {
        // An archive of its own, so that several can be read side by side. Its text closes it.
        var archive = Archive(path, name);
        try
        {
            return new ArchiveText(archive.GetEntry(entry)!.Open(), archive);
        }
        catch (Exception e)
        {
            archive.Dispose();
            throw e is InvalidDataException ? Unreadable(name, e) : e;
        }
    }

    private static ZipArchive Archive(string path, string name)
    {
        var file = Bytes(path);
        try
        {
            return new ZipArchive(file, ZipArchiveMode.Read);
        }
        catch (InvalidDataException e)
        {
            file.Dispose();
            throw Unreadable(name, e);
        }
    }

    private static ReplayFormatException Unreadable(string name, Exception e) => new($"{name}: the archive must be readable ({e.Message})", e);

    private static FileStream Bytes(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);

    private sealed class ArchiveText(Stream text, ZipArchive archive) : StreamReader(text)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing)
            {
                archive.Dispose();
            }
        }
    }
}
