using System.Text.Encodings.Web;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>The contract as files, so that a change of it is a visible diff.</summary>
public sealed class SnapshotTests
{
    private const string Golden = "tests/TradingSystem.Tests/Wire/Golden";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IEnumerable<string> Shapes => FrameCatalog.All.Select(s => s.Name);

    private static IEnumerable<string> ClientShapes => FrameCatalog.All.Where(s => s.FromClient).Select(s => s.Name);

    [TestCaseSource(nameof(Shapes))]
    public void Frames_are_written_as_they_were(string name)
    {
        var shape = FrameCatalog.All.Single(s => s.Name == name);
        Snapshot.Match($"{Golden}/{name}.json", "[\n" + string.Join(",\n", shape.ExampleTexts) + "\n]\n");
    }

    [TestCaseSource(nameof(ClientShapes))]
    public void Frames_of_clients_are_understood_as_they_were(string name)
    {
        var shape = FrameCatalog.All.Single(s => s.Name == name);
        var parsed = shape.Examples.Select(e => FrameParser.Parse(e, shape.Dialect)).ToList();
        Assert.That(parsed.SelectMany(p => p.Errors), Is.Empty);
        Snapshot.Match($"{Golden}/parsed/{name}.json", JsonSerializer.Serialize(parsed.Select(p => new { p.Dialect, p.EventType, Frame = (object)p.Frame! }), Indented) + "\n");
    }

    [Test]
    public void Nothing_is_left_of_frames_that_are_no_more()
    {
        Snapshot.OnlyThese(Golden, Shapes.Select(n => n + ".json").Append("bus.txt"));
        Snapshot.OnlyThese(Golden + "/parsed", ClientShapes.Select(n => n + ".json"));
    }

    [Test]
    public void The_asyncapi_document_is_what_it_was() => Snapshot.Match("contracts/wire/asyncapi.json", AsyncApi.Write());

    [Test]
    public void The_protocol_document_tells_what_the_code_does() => Snapshot.Match(ProtocolDocument.File, ProtocolDocument.Write());

    [Test]
    public void Each_sdk_has_the_codes_of_the_wire() => Assert.Multiple(() =>
    {
        Snapshot.Match(SdkCodes.PythonFile, SdkCodes.Python());
        Snapshot.Match(SdkCodes.TypeScriptFile, SdkCodes.TypeScript());
        Snapshot.Match(SdkCodes.DotnetFile, SdkCodes.Dotnet());
    });
}
