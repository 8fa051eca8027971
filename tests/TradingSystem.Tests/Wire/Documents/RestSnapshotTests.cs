using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Hosting.OpenApi;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>The REST interface and the live messages as a file, from which the page has its types (npm run types).</summary>
[TestFixture]
public sealed class RestSnapshotTests
{
    private const string File = "contracts/openapi.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Members of a decision that no list and no live message tells, and why.</summary>
    private static readonly Dictionary<string, string> NotTold = new()
    {
        [nameof(TradeDecision.TraceParent)] = "it leads to the spans of a trace, not to anything of the decision",
        [nameof(TradeDecision.TokenId)] = "which of its tokens a group used is for whoever manages them",
        [nameof(TradeDecision.Epoch)] = "it orders the sessions of a token and says nothing to a person",
    };

    private JsonObject _document = null!;

    [OneTimeSetUp]
    public async Task WriteAsync()
    {
        await using var app = OpenApiTests.Product();
        _document = await OpenApiTests.WriteAsync(app);
        // Else the name of the process that runs the tests.
        _document["info"]!["title"] = "TradingSystem";
    }

    [Test]
    public void The_openapi_document_is_what_it_was() => Snapshot.Match(File, _document.ToJsonString(Indented) + "\n");

    [TestCase("EventItem")]
    [TestCase("LiveEvent")]
    public void Every_field_of_a_decision_is_told(string shape)
    {
        var untold = Members<TradeDecision>().Where(m => !NotTold.ContainsKey(m) && !Fields(shape).Contains(JsonNamingPolicy.SnakeCaseLower.ConvertName(m)));
        Assert.That(untold, Is.Empty);
        Assert.That(NotTold.Keys, Is.SubsetOf(Members<TradeDecision>()), "no exception outlives its field");
    }

    [Test]
    public void A_live_event_has_the_fields_of_the_list() =>
        Assert.That(Fields("LiveEvent"), Is.EquivalentTo(Fields("EventItem").Where(f => f != "seq")), "seq is the list's own, for its cursor");

    [Test]
    public void Every_field_of_an_order_update_is_told_live() =>
        Assert.That(
            Members<OrderUpdate>().Except([nameof(OrderUpdate.TraceParent), nameof(OrderUpdate.Before)])
                .Where(m => !Fields("LiveOrderUpdate").Contains(JsonNamingPolicy.SnakeCaseLower.ConvertName(m))),
            Is.Empty, "each step is a message of its own, and a trace is told nowhere");

    private static List<string> Members<T>() => [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => p.Name)];

    private List<string> Fields(string shape) => [.. _document["components"]!["schemas"]![shape]!["properties"]!.AsObject().Select(p => p.Key)];
}
