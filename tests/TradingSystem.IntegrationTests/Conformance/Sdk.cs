using System.Runtime.CompilerServices;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>The languages there is an SDK for.</summary>
public enum Sdk
{
    Python,
    TypeScript,
    CSharp,
}

/// <summary>Where the SDKs, their drivers and example bots are. Python is the system's, because Debian's websockets package is for that one.</summary>
internal static class ClientFiles
{
    public const string Python = "/usr/bin/python3";

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "contracts", "clients"));

    /// <summary>The command line tool as it was built beside these tests.</summary>
    public static string CommandLine { get; } = Path.Combine(AppContext.BaseDirectory, "tradingsystem.dll");

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Folder, "..", ".."));

    /// <summary>How an example bot (<c>rsi</c>, <c>macd</c>, <c>grid</c>, <c>listener</c>) is started.</summary>
    public static (string File, string[] Arguments) Example(Sdk sdk, string name) => sdk switch
    {
        Sdk.Python => (Python, [Path.Combine(Folder, "python", name == "listener" ? "listener.py" : $"{name}_bot.py")]),
        Sdk.TypeScript => ("node", [Compiled(Path.Combine("examples", $"{name}.js"))]),
        _ => ("dotnet", [Path.Combine(AppContext.BaseDirectory, "trading-examples.dll"), name]),
    };

    public static (string File, string[] Arguments) Driver(Sdk sdk) => sdk switch
    {
        Sdk.Python => (Python, [Path.Combine(Folder, "python", "conformance_driver.py")]),
        Sdk.TypeScript => ("node", [Compiled("conformance.js")]),
        _ => ("dotnet", [CommandLine, "conformance"]),
    };

    /// <summary>A file that tsc made.</summary>
    public static string Compiled(string name)
    {
        var file = Path.Combine(Folder, "typescript", "dist", name);
        return File.Exists(file) ? file : throw new FileNotFoundException($"{file} is missing: run npm ci && npm run build in contracts/clients/typescript");
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
