using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>The schemas say what the code does, and parsers that are not ours agree.</summary>
public sealed class SchemaTests
{
    [Test]
    public async Task Foreign_parsers_accept_the_documents_and_every_golden_frame()
    {
        var frames = FrameCatalog.All.SelectMany(shape => shape.ExampleTexts.SelectMany(example => new[]
        {
            new Judged(shape.Name, example, true, "golden"),
            new Judged(Union(shape.Dialect, shape.FromClient), example, true, "golden"),
        }));
        Assert.That(await ContractCheck.FindingsAsync(frames, withAsyncApi: true), Is.Empty);
    }

    [Test]
    public async Task A_frame_of_the_server_without_one_of_its_fields_is_refused()
    {
        var frames =
            from shape in FrameCatalog.All
            where !shape.FromClient
            from field in shape.Fields
            where field.Required
            select new Judged(shape.Name, Without(shape.ExampleTexts.First(), field.Name), false, "no " + field.Name);
        Assert.That(await ContractCheck.FindingsAsync(frames), Is.Empty);
    }

    /// <summary>Each golden frame of a client with each of its fields, also inside the payload string, left out or replaced by something odd.</summary>
    [Test]
    public async Task The_schemas_accept_what_the_parser_accepts_and_nothing_else()
    {
        var frames = (
            from shape in FrameCatalog.All
            where shape.FromClient
            from example in shape.ExampleTexts
            from mutant in FrameMutants.Of(example)
            let parsed = FrameParser.Parse(Encoding.UTF8.GetBytes(mutant.Frame), shape.Dialect)
            where !parsed.Errors.Any(IsBeyondSchemas)
            select new Judged(Union(shape.Dialect, true), mutant.Frame, parsed.Frame is not null, mutant.What)).ToList();
        Assert.That(frames.Count(f => f.Accepted), Is.InRange(1000, frames.Count - 1000));
        Assert.That(await ContractCheck.FindingsAsync(frames), Is.Empty);
    }

    /// <summary>A schema cannot compare two fields, nor the number within a string with a limit, nor tell another spelling of a name.</summary>
    private static bool IsBeyondSchemas(FieldError error) =>
        error.Rule.StartsWith("the same as", StringComparison.Ordinal)
        || (error.Rule.StartsWith("unknown field", StringComparison.Ordinal) && error.Path is "payload.margin_usd")
        || (error.Rule.StartsWith("decimal", StringComparison.Ordinal) && Regex.IsMatch(error.Got, "^\"[0-9]+([.][0-9]+)?(e[0-9]+)?\"$"));

    private static string Without(string frame, string field)
    {
        var json = JsonNode.Parse(frame)!.AsObject();
        json.Remove(field);
        return json.ToJsonString();
    }

    private static string Union(Dialect dialect, bool fromClient) => $"{(dialect == Dialect.Kind ? "kind" : "type")}-{(fromClient ? "client" : "server")}";
}
