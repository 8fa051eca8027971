using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>Compares a text with the file in the repository that holds it. With UPDATE_SNAPSHOTS=1 the file is written instead.</summary>
internal static class Snapshot
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1";

    public static string Root { get; } = FindRoot();

    public static void Match(string file, string text)
    {
        var path = Path.Combine(Root, file);
        if (Update)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }

        Assert.That(
            File.Exists(path) ? File.ReadAllText(path) : "",
            Is.EqualTo(text),
            $"{file} is not what the code writes. If the change is meant: UPDATE_SNAPSHOTS=1 dotnet test tests/TradingSystem.Tests --filter FullyQualifiedName~Wire");
    }

    /// <summary>No file of a folder may outlive what wrote it.</summary>
    public static void OnlyThese(string folder, IEnumerable<string> names)
    {
        var path = Path.Combine(Root, folder);
        var orphans = Directory.GetFiles(path).Select(f => Path.GetFileName(f)).Except(names).ToList();
        if (Update)
        {
            orphans.ForEach(o => File.Delete(Path.Combine(path, o)));
            return;
        }

        Assert.That(orphans, Is.Empty, $"left over in {folder}");
    }

    private static string FindRoot([CallerFilePath] string source = "")
    {
        var folder = Path.GetDirectoryName(source)!;
        while (!File.Exists(Path.Combine(folder, "TradingSystem.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not in the repository");
        }

        return folder;
    }
}
