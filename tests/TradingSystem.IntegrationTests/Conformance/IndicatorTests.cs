using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;
using OfCSharp = TradingSystem.Client.Examples.Indicators;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>The example bots of all languages decide on the same figures.</summary>
[TestFixture]
public sealed class IndicatorTests
{
    private static readonly double[][] Series =
    [
        [.. Enumerable.Range(0, 250).Select(i => 60_000 + (300 * Math.Sin(i / 7.0)) + ((i * 7919) % 113))],
        [.. Enumerable.Range(0, 60).Select(i => 0.00000394 + (i % 5 * 0.00000001))],
        [.. Enumerable.Range(0, 40).Select(i => 100.0 + i)],
        [.. Enumerable.Range(0, 40).Select(_ => 100.0)],
        [1, 2, 3],
        [],
    ];

    [TestCase(Sdk.Python)]
    [TestCase(Sdk.TypeScript)]
    public async Task RSI_and_MACD_agree_with_those_of_CSharp(Sdk sdk)
    {
        var theirs = await AskAsync(sdk);
        for (var i = 0; i < Series.Length; i++)
        {
            var macd = OfCSharp.Macd(Series[i], 12, 26, 9);
            var ours = new[] { OfCSharp.Rsi(Series[i], 14), macd?.Line, macd?.Signal };
            for (var k = 0; k < ours.Length; k++)
            {
                Assert.That(theirs[i][k] is null, Is.EqualTo(ours[k] is null), $"series {i}, figure {k}");
                Assert.That(theirs[i][k] ?? 0, Is.EqualTo(ours[k] ?? 0).Within(1e-9), $"series {i}, figure {k}");
            }
        }

        Assert.That(OfCSharp.Rsi(Series[2], 14), Is.EqualTo(100), "it only rises");
        Assert.That(OfCSharp.Rsi(Series[3], 14), Is.EqualTo(50), "it does not move");
        Assert.That(
            OfCSharp.Rsi([44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28], 14),
            Is.EqualTo(70.46).Within(0.01), "Wilder's own example");
    }

    private static async Task<double?[][]> AskAsync(Sdk sdk)
    {
        var (file, arguments) = sdk == Sdk.Python
            ? (ClientFiles.Python, new[] { "-c", $"import json, sys; sys.path.insert(0, {JsonSerializer.Serialize(Path.Combine(ClientFiles.Folder, "python"))}); from indicators import macd, rsi; print(json.dumps([[rsi(s, 14), *(macd(s, 12, 26, 9) or (None, None))] for s in json.load(sys.stdin)]))" })
            : ("node", ["--input-type=module", "-e", $$"""
                import { macd, rsi } from {{JsonSerializer.Serialize("file://" + ClientFiles.Compiled(Path.Combine("examples", "indicators.js")))}};
                import { readFileSync } from "node:fs";
                const all = JSON.parse(readFileSync(0, "utf8")).map((s) => [rsi(s, 14) ?? null, macd(s, 12, 26, 9)?.line ?? null, macd(s, 12, 26, 9)?.signal ?? null]);
                console.log(JSON.stringify(all));
                """]);
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        await process.StandardInput.WriteAsync(JsonSerializer.Serialize(Series));
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        return JsonSerializer.Deserialize<double?[][]>(output)!;
    }
}
