using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TradingSystem.House;

/// <summary>A source file: the project it belongs to by place, and its folder in that project (<c>.</c> for the project's own).</summary>
public sealed record SourceFile(string Project, string Folder, string Path, SyntaxTree Tree);

/// <summary>
/// Every C# file of the repository, parsed and bound together. What generators write is not here: it belongs to nobody's folder.
/// </summary>
public sealed class SourceTree
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using System.Net.Http.Json;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private readonly Dictionary<SyntaxTree, SourceFile> _files;

    private SourceTree(string root, IReadOnlyList<SourceFile> files)
    {
        Root = root;
        Files = files;
        _files = files.ToDictionary(f => f.Tree);
        var libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("TradingSystem.", StringComparison.Ordinal))
            .Select(p => MetadataReference.CreateFromFile(p));
        Compilation = CSharpCompilation.Create(
            "house",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), .. files.Select(f => f.Tree)],
            libraries,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    public string Root { get; }

    public IReadOnlyList<SourceFile> Files { get; }

    public CSharpCompilation Compilation { get; }

    /// <param name="root">The repository; without it the one this file was compiled in.</param>
    /// <param name="areas">Folders of the repository to read.</param>
    public static SourceTree Read(string? root = null, params IReadOnlyList<string> areas)
    {
        root ??= Here();
        var projects = Directory.EnumerateFiles(root, "*.csproj", SearchOption.AllDirectories)
            .Where(p => !IsBuilt(p))
            .Select(p => (Folder: Path.GetDirectoryName(p)! + Path.DirectorySeparatorChar, Name: Path.GetFileNameWithoutExtension(p)))
            .OrderByDescending(p => p.Folder.Length)
            .ToList();
        var files = areas
            .Select(a => Path.Combine(root, a))
            .SelectMany(a => Directory.EnumerateFiles(a, "*.cs", SearchOption.AllDirectories))
            .Where(p => !IsBuilt(p))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, project: projects.FirstOrDefault(p => path.StartsWith(p.Folder, StringComparison.Ordinal))))
            .Where(f => f.project.Name is not null)
            .AsParallel()
            .AsOrdered()
            .Select(f => new SourceFile(
                f.project.Name,
                Path.GetDirectoryName(Path.GetRelativePath(f.project.Folder, f.path)) is { Length: > 0 } folder ? folder : ".",
                Path.GetRelativePath(root, f.path),
                CSharpSyntaxTree.ParseText(File.ReadAllText(f.path), path: f.path)))
            .ToList();
        return new SourceTree(root, files);
    }

    /// <summary>The file of a tree of this compilation; null for what no file holds.</summary>
    public SourceFile? FileOf(SyntaxTree? tree) => tree is null ? null : _files.GetValueOrDefault(tree);

    private static bool IsBuilt(string path) =>
        path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules");

    private static string Here([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", ".."));
}
