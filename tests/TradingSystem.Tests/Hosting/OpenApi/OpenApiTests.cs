using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Dashboard;
using TradingSystem.Dashboard.Documents;
using TradingSystem.Diary;
using TradingSystem.Execution;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Gateway;
using TradingSystem.Hosting;
using TradingSystem.Hosting.OpenApi;
using TradingSystem.Hosting.Rest;
using TradingSystem.TradingGroup;
using TradingSystem.Trigger;

namespace TradingSystem.Tests.Hosting.OpenApi;

/// <summary>The OpenAPI document of the whole product.</summary>
[TestFixture]
public sealed partial class OpenApiTests
{
    /// <summary>Routes whose handler reads a body by itself; the framework says so of the others.</summary>
    private static readonly string[] WithBody = ["post", "put", "patch"];

    /// <summary>They make something of nothing but their address.</summary>
    private static readonly string[] Bodiless =
        ["createGroupToken", "createTriggerToken", "createTicket", "deactivateAccount", "createLiveCode", "bindGroup", "cancelOrder", "refreshToken", "logout", "logoutEverywhere", "issueHubTicket",
         "rotateHook", "postAlert", "postAlertWithSecret"];

    private JsonObject _document = null!;
    private List<RouteEndpoint> _routes = null!;

    [OneTimeSetUp]
    public async Task DescribeAsync()
    {
        await using var app = Product();
        _document = await WriteAsync(app);
        _routes = [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()];
    }

    /// <summary>All services in one process, which starts nothing.</summary>
    internal static WebApplication Product()
    {
        var app = ServiceApp.Build(
            "standalone", [$"--Auth:JwtKey={new string('k', 64)}"], topologyOnly: false,
            new GatewayModule(), new TriggerModule(), new TradingGroupModule(), new ExecutionModule(), new DiaryModule(), new DashboardModule());
        app.UseRouting();
        app.UseEndpoints(_ => { });
        return app;
    }

    internal static async Task<JsonObject> WriteAsync(WebApplication app)
    {
        var document = await app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(FrontDocument.Version).GetOpenApiDocumentAsync();
        return JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1))!.AsObject();
    }

    [Test]
    public void Every_operation_has_a_name_of_its_own_a_summary_and_a_tag()
    {
        var operations = Operations().ToList();
        Assert.That(operations, Has.Count.GreaterThan(60));
        Assert.That(operations.Where(o => !CamelCase().IsMatch((string?)o.Operation["operationId"] ?? "")).Select(o => o.Name), Is.Empty);
        Assert.That(operations.Select(o => (string)o.Operation["operationId"]!), Is.Unique);
        Assert.That(operations.Where(o => string.IsNullOrEmpty((string?)o.Operation["summary"])).Select(o => o.Name), Is.Empty);
        Assert.That(
            operations.Where(o => o.Operation["tags"] is not JsonArray { Count: > 0 } tags || tags.Any(t => !char.IsAsciiLetterLower(t!.GetValue<string>()[0]))).Select(o => o.Name),
            Is.Empty, "a route without WithTags has the name of its class");
    }

    [Test]
    public void Every_operation_that_changes_something_says_its_body_or_has_none() =>
        Assert.That(
            Operations().Where(o => WithBody.Contains(o.Method) && o.Operation["requestBody"]?["content"]?["application/json"]?["schema"] is null)
                .Select(o => (string)o.Operation["operationId"]!),
            Is.EquivalentTo(Bodiless));

    [Test]
    public void Every_part_of_an_address_that_is_filled_in_is_a_parameter() =>
        Assert.That(
            Operations().SelectMany(o => Regex.Matches(o.Name, "{(\\w+)}").Select(m => m.Groups[1].Value)
                .Except((o.Operation["parameters"] as JsonArray ?? []).Where(p => (string?)p!["in"] == "path").Select(p => (string)p!["name"]!)).Select(part => $"{o.Name} {part}")),
            Is.Empty);

    [Test]
    public void Every_field_and_every_parameter_says_what_it_is()
    {
        var silent = _document["components"]!["schemas"]!.AsObject()
            .SelectMany(s => (s.Value!["properties"] as JsonObject ?? []).Where(p => !IsDescribed(p.Value!)).Select(p => $"{s.Key}.{p.Key}"))
            .Concat(Operations().SelectMany(o => (o.Operation["parameters"] as JsonArray ?? [])
                .Where(p => string.IsNullOrEmpty((string?)p!["description"])).Select(p => $"{o.Name} {p!["name"]}")));
        Assert.That(silent, Is.Empty);
        Assert.That(
            _document["components"]!["schemas"]!.AsObject()
                .Where(s => !s.Key.Contains("Of") && s.Value!["properties"] is JsonObject && string.IsNullOrEmpty((string?)s.Value["description"]))
                .Select(s => s.Key),
            Is.Empty);
    }

    [Test]
    public void Numbers_are_numbers_and_not_texts_as_well() =>
        Assert.That(Regex.IsMatch(_document.ToJsonString(), """"type":\["(null","|)(integer|number|string)","(string|integer|number)""""), Is.False);

    [Test]
    public void Every_operation_says_its_errors_and_their_shape()
    {
        foreach (var (name, method, operation) in Operations())
        {
            var answers = operation["responses"]!.AsObject();
            Assert.That(answers.Select(a => a.Key), Is.SupersetOf(new[] { "400", "405", "503" }), name);
            if (operation["security"] is not null)
            {
                Assert.That(answers.Select(a => a.Key), Does.Contain("401"), name);
            }

            if (operation[OpenApiSecurity.RequiredRole] is not null)
            {
                Assert.That(answers.Select(a => a.Key), Does.Contain("403"), name);
            }

            if (operation["requestBody"] is not null)
            {
                Assert.That(answers.Select(a => a.Key), Is.SupersetOf(new[] { "413", "415" }), name);
            }

            if (name.Contains("{id}", StringComparison.Ordinal) && method != "get")
            {
                Assert.That(answers.Select(a => a.Key), Does.Contain("404"), name);
            }

            foreach (var (status, answer) in answers.Where(a => a.Key[0] is '4' or '5'))
            {
                Assert.That((string?)answer!["content"]?["application/json"]?["schema"]?["$ref"], Is.Not.Null, $"{name} {status}");
                Assert.That((string?)answer["description"], Is.Not.Empty, $"{name} {status}");
            }
        }
    }

    [Test]
    public void Every_operation_says_the_role_that_its_route_needs()
    {
        var roles = _routes.Where(r => r.RequiredRole() is not null && r.Metadata.GetMetadata<IEndpointNameMetadata>() is not null)
            .ToDictionary(r => r.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName, r => r.RequiredRole());
        Assert.That(roles, Has.Count.GreaterThan(60));
        foreach (var (name, _, operation) in Operations())
        {
            Assert.That((string?)operation[OpenApiSecurity.RequiredRole], Is.EqualTo(roles.GetValueOrDefault((string)operation["operationId"]!)), name);
        }
    }

    [TestCase("OrderView", "status")]
    [TestCase("KillBody", "scope")]
    [TestCase("DeadManBody", "action")]
    [TestCase("ApiError", "code")]
    public void Words_of_a_list_are_an_enum(string type, string field)
    {
        IReadOnlyList<string> words = (type, field) switch
        {
            ("OrderView", _) => OrderStatus.All,
            ("KillBody", _) => ControlWords.Scopes,
            ("DeadManBody", _) => DeadManActions.All,
            _ => RestCodes.All,
        };
        var listed = _document["components"]!["schemas"]![type]!["properties"]![field]!["enum"]!.AsArray();
        Assert.That(listed.Select(w => (string?)w).OfType<string>(), Is.EqualTo(words));
    }

    [Test]
    public void A_body_that_refuses_null_says_so()
    {
        var kill = _document["components"]!["schemas"]!["KillBody"]!;
        Assert.That((string?)kill["properties"]!["flatten"]!["type"], Is.EqualTo("boolean"));
        Assert.That(kill["required"]!.AsArray().Select(r => (string)r!), Is.EquivalentTo(new[] { "scope", "reason" }));
    }

    /// <summary>By itself, or beside what it refers to, which may be null.</summary>
    private static bool IsDescribed(JsonNode schema) =>
        !string.IsNullOrEmpty((string?)schema["description"]) || (schema["oneOf"] as JsonArray)?.Any(s => !string.IsNullOrEmpty((string?)s!["description"])) == true;

    private IEnumerable<(string Name, string Method, JsonObject Operation)> Operations() =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select ($"{operation.Key} {path.Key}", operation.Key, operation.Value!.AsObject());

    [GeneratedRegex(@"^[a-z][a-zA-Z0-9]+\z")]
    private static partial Regex CamelCase();
}
