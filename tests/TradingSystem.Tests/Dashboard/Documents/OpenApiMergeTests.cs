using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Dashboard.Documents;
using TradingSystem.Dashboard.Forwarding;

namespace TradingSystem.Tests.Dashboard.Documents;

[TestFixture]
public sealed class OpenApiMergeTests
{
    private static readonly JsonObject Front = Document(
        """{"/api/v1/auth/login":{"post":{"operationId":"Login","tags":["auth"],"responses":{"400":{"$ref":"#/components/schemas/Problem"}}}}}""",
        """{"Problem":{"type":"object"},"Id":{"type":"string"}}""",
        "auth");

    [Test]
    public void Paths_schemas_and_tags_of_all_come_together_and_the_inputs_stay_as_they_were()
    {
        var before = Front.ToJsonString();
        var merged = Merge(
            Service("execution", "/api/v1/orders", Document("""{"/api/v1/orders":{"get":{"tags":["execution"]}}}""", """{"Order":{"type":"object"}}""", "execution", "auth")),
            Service("diary", "/state", Document("""{"/state":{"get":{}}}""", """{"State":{"type":"object"}}""")));

        Assert.That(Names(merged["paths"]), Is.EqualTo(new[] { "/api/v1/auth/login", "/api/v1/orders", "/state" }));
        Assert.That(Names(Schemas(merged)), Is.EqualTo(new[] { "Problem", "Id", "Order", "State" }));
        Assert.That(merged["tags"]!.AsArray().Select(t => t!["name"]!.ToString()), Is.EqualTo(new[] { "auth", "execution" }));
        Assert.That(merged["info"]!["title"]!.ToString(), Is.EqualTo("front"));
        Assert.That(Front.ToJsonString(), Is.EqualTo(before));
    }

    [Test]
    public void A_schema_described_alike_is_one_whatever_the_order_of_its_keys()
    {
        var merged = JsonNode.Parse("""{"components":{"schemas":{"A":{"type":"object","title":"a"}}}}""")!.AsObject();

        merged = OpenApiMerge.Merge(merged, [Service("diary", "/state", Document("{}", """{"A":{"title":"a","type":"object"}}"""))]);

        Assert.That(Names(Schemas(merged)), Is.EqualTo(new[] { "A" }));
    }

    [Test]
    public void A_schema_described_differently_gets_the_services_prefix_wherever_it_is_referred_to()
    {
        var merged = Merge(Service("trading-group", "/x", Document(
            """{"/x":{"get":{"responses":{"400":{"$ref":"#/components/schemas/Problem"},"401":{"$ref":"#/components/schemas/Problem/properties/path"}}}}}""",
            """{"Problem":{"type":"string"},"Page":{"items":{"$ref":"#/components/schemas/Problem"},"discriminator":{"mapping":{"p":"#/components/schemas/Problem"}}}}""")));

        Assert.That(Names(Schemas(merged)), Is.EqualTo(new[] { "Problem", "Id", "TradingGroupProblem", "Page" }));
        Assert.That(Schemas(merged)["Problem"]!["type"]!.ToString(), Is.EqualTo("object"), "the front keeps its own");
        Assert.That(merged["paths"]!["/x"]!["get"]!["responses"]!.ToJsonString(), Is.EqualTo(
            """{"400":{"$ref":"#/components/schemas/TradingGroupProblem"},"401":{"$ref":"#/components/schemas/TradingGroupProblem/properties/path"}}"""));
        Assert.That(Schemas(merged)["Page"]!.ToJsonString(), Is.EqualTo(
            """{"items":{"$ref":"#/components/schemas/TradingGroupProblem"},"discriminator":{"mapping":{"p":"#/components/schemas/TradingGroupProblem"}}}"""));
        Assert.That(merged["paths"]!["/api/v1/auth/login"]!.ToJsonString(), Does.Contain("#/components/schemas/Problem\""));
    }

    [Test]
    public void A_schema_that_reads_alike_but_refers_to_a_renamed_one_is_renamed_with_it()
    {
        static string Chain(string type) =>
            """{"A":{"items":{"$ref":"#/components/schemas/B"}},"B":{"items":{"$ref":"#/components/schemas/C"}},"Other":{"type":"number"},"C":{"type":"TYPE"}}""".Replace("TYPE", type, StringComparison.Ordinal);

        var merged = Merge(
            Service("execution", "/x", Document("{}", Chain("string"))),
            Service("diary", "/y", Document("""{"/y":{"get":{"schema":{"$ref":"#/components/schemas/A"}}}}""", Chain("integer"))));

        Assert.That(Names(Schemas(merged)), Is.EqualTo(new[] { "Problem", "Id", "A", "B", "Other", "C", "DiaryA", "DiaryB", "DiaryC" }));
        Assert.That(merged["paths"]!["/y"]!["get"]!["schema"]!["$ref"]!.ToString(), Is.EqualTo("#/components/schemas/DiaryA"));
        Assert.That(Schemas(merged)["DiaryB"]!["items"]!["$ref"]!.ToString(), Is.EqualTo("#/components/schemas/DiaryC"));
        Assert.That(Schemas(merged)["B"]!["items"]!["$ref"]!.ToString(), Is.EqualTo("#/components/schemas/C"));
    }

    [Test]
    public void A_prefixed_name_that_is_taken_gets_a_number()
    {
        var merged = Merge(Service("diary", "/x", Document("{}", """{"Problem":{"type":"string"},"DiaryProblem":{"type":"number"}}""")));

        Assert.That(Names(Schemas(merged)), Is.EqualTo(new[] { "Problem", "Id", "DiaryProblem2", "DiaryProblem" }));
        Assert.That(Schemas(merged)["DiaryProblem"]!["type"]!.ToString(), Is.EqualTo("number"));
    }

    [Test]
    public void What_the_front_does_not_forward_it_does_not_promise_and_an_operation_id_is_used_once()
    {
        var merged = Merge(Service("diary", "/state", Document(
            """{"/state":{"get":{"operationId":"Login"}},"/state/{id}":{"get":{"operationId":"One"}},"/statement":{"get":{}},"/api/v1/auth/login":{"get":{}}}""", "{}")));

        Assert.That(Names(merged["paths"]), Is.EqualTo(new[] { "/api/v1/auth/login", "/state", "/state/{id}" }));
        Assert.That(Names(merged["paths"]!["/api/v1/auth/login"]), Is.EqualTo(new[] { "post" }));
        Assert.That(merged["paths"]!["/state"]!["get"]!["operationId"]!.ToString(), Is.EqualTo("DiaryLogin"));
    }

    [Test]
    public void Security_schemes_belong_to_the_product_and_other_components_are_merged_like_schemas()
    {
        var service = JsonNode.Parse("""
            {"components":{"securitySchemes":{"jwt":{"type":"http"}},"parameters":{"limit":{"in":"query"}}},
             "paths":{"/state":{"get":{"security":[{"jwt":[]}],"parameters":[{"$ref":"#/components/parameters/limit"}]}}}}
            """)!.AsObject();
        var other = JsonNode.Parse("""{"components":{"securitySchemes":{"jwt":{"type":"http","description":"newer"}},"parameters":{"limit":{"in":"header"}}}}""")!.AsObject();

        var merged = Merge(Service("diary", "/state", service), Service("trigger", "/prices", other));

        Assert.That(merged["components"]!["securitySchemes"]!.ToJsonString(), Is.EqualTo("""{"jwt":{"type":"http"}}"""));
        Assert.That(Names(merged["components"]!["parameters"]), Is.EqualTo(new[] { "limit", "TriggerLimit" }).IgnoreCase);
        Assert.That(merged["paths"]!["/state"]!["get"]!["security"]!.ToJsonString(), Is.EqualTo("""[{"jwt":[]}]"""));
    }

    private static JsonObject Merge(params ServiceDocument[] services) => OpenApiMerge.Merge(Front, services);

    private static ServiceDocument Service(string name, string prefix, JsonObject document) =>
        new(new ForwardTarget(name, new Uri("http://127.0.0.1:1"), [prefix]), document);

    private static JsonObject Document(string paths, string schemas, params string[] tags) => new()
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject { ["title"] = "front", ["version"] = "1" },
        ["paths"] = JsonNode.Parse(paths),
        ["components"] = new JsonObject { ["schemas"] = JsonNode.Parse(schemas) },
        ["tags"] = new JsonArray([.. tags.Select(t => new JsonObject { ["name"] = t })]),
    };

    private static JsonNode Schemas(JsonObject document) => document["components"]!["schemas"]!;

    private static IEnumerable<string> Names(JsonNode? node) => node!.AsObject().Select(p => p.Key);
}
