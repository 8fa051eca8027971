using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using NUnit.Framework;
using TradingSystem.Dashboard;
using TradingSystem.Dashboard.Documents;
using TradingSystem.Dashboard.Forwarding;
using TradingSystem.Diary;
using TradingSystem.Execution;
using TradingSystem.Gateway;
using TradingSystem.Hosting;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.TradingGroup;
using TradingSystem.Trigger;

namespace TradingSystem.Tests.Dashboard.Forwarding;

/// <summary>The table of what is forwarded against the routes the services really have.</summary>
[TestFixture]
public sealed class ForwardTableTests
{
    // Of each process itself; the sockets of bots, which go to the gateway directly; and what only services ask each other.
    private static readonly string[] NotForwarded = ["/livez", "/readyz", "/openapi/", "/ws/events", "/internal/"];

    private static readonly ForwardOptions Options = new()
    {
        Gateway = new Uri("http://gateway"),
        Trigger = new Uri("http://trigger"),
        Execution = new Uri("http://execution"),
        Diary = new Uri("http://diary"),
        TradingGroup = new Uri("http://trading-group"),
    };

    private static readonly Dictionary<string, Func<IServiceModule>> Modules = new()
    {
        ["gateway"] = () => new GatewayModule(),
        ["trigger"] = () => new TriggerModule(),
        ["execution"] = () => new ExecutionModule(),
        ["diary"] = () => new DiaryModule(),
        ["trading-group"] = () => new TradingGroupModule(),
    };

    [TestCaseSource(nameof(Targets))]
    public async Task Every_route_of_a_service_can_be_reached_through_the_front(string service)
    {
        await using var app = Build(Modules[service]());

        var target = Options.Targets.Single(t => t.Service == service);
        var routes = Routes(app)
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(r => !NotForwarded.Any(n => r.StartsWith(n, StringComparison.Ordinal)));

        Assert.That(routes.Where(r => !target.Owns(r)), Is.Empty);
    }

    [Test]
    public void What_only_services_ask_each_other_is_passed_on_for_nobody() =>
        Assert.That(Options.Targets.Where(t => t.Owns(TokenQuestion.Path)), Is.Empty);

    [TestCaseSource(nameof(Targets))]
    public async Task The_front_does_with_a_bots_token_what_the_route_behind_it_would(string service)
    {
        await using var app = Build(Modules[service]());
        await using var front = Build([.. Settings()], new DashboardModule());
        var passages = Routes(front)
            .Where(r => r.RoutePattern.RawText!.EndsWith("/{**rest}", StringComparison.Ordinal))
            .ToDictionary(r => r.RoutePattern.RawText!.Replace("/{**rest}", ""));
        var target = Options.Targets.Single(t => t.Service == service);

        foreach (var route in Routes(app).Where(r => target.Owns("/" + r.RoutePattern.RawText!.TrimStart('/'))))
        {
            var prefix = target.Prefixes.Single(p => new ForwardTarget(service, target.Address, [p]).Owns("/" + route.RoutePattern.RawText!.TrimStart('/')));
            Assert.That(passages[prefix].UseOfBotTokens(), Is.EqualTo(route.UseOfBotTokens()), route.DisplayName);
        }
    }

    [TestCase("/api/v1/ws-tickets")]
    [TestCase("/asyncapi.json")]
    [TestCase("/schemas/v1/pong.json")]
    public void What_authors_of_bots_need_comes_from_the_gateway(string path) =>
        Assert.That(Options.Targets.Where(t => t.Owns(path)).Select(t => t.Service), Is.EqualTo(new[] { "gateway" }));

    [Test]
    public async Task Six_processes_promise_the_same_operations_as_one()
    {
        var services = new List<ServiceDocument>();
        foreach (var target in Options.Targets)
        {
            services.Add(new(target, await DescribeAsync(Modules[target.Service]())));
        }

        var merged = OpenApiMerge.Merge(await DescribeAsync(new DashboardModule()), services);
        var one = await DescribeAsync([.. Modules.Values.Select(m => m()), new DashboardModule()]);

        Assert.That(Operations(merged), Is.EquivalentTo(Operations(one)));
        var references = Regex.Matches(merged.ToJsonString(), "\"#/components/schemas/([^\"/]+)").Select(m => m.Groups[1].Value).Distinct();
        Assert.That(references, Is.SubsetOf(merged["components"]!["schemas"]!.AsObject().Select(s => s.Key)));
    }

    [TestCase("Forward:Gateway", "gateway:8080")]
    [TestCase("Forward:Gateway", "amqp://gateway")]
    [TestCase("Forward:HeadersDeadline", "00:00:00")]
    [TestCase("Forward:DocumentDeadline", "-00:00:01")]
    public void A_setting_that_cannot_work_is_refused_at_start(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

        Assert.That(() => ForwardOptions.Read(configuration), Throws.InvalidOperationException.With.Message.Contains(key.Split(':')[1]).IgnoreCase);
    }

    private static string[] Targets() => [.. Modules.Keys];

    private static WebApplication Build(params IServiceModule[] modules) => Build([], modules);

    private static WebApplication Build(string[] settings, params IServiceModule[] modules) =>
        ServiceApp.Build(
            "test", ["--Auth:JwtKey=a-signing-key-for-tests-only-0123456789", "--Bus:Transport=InMemory", "--MARKET=simulated", .. settings],
            topologyOnly: false, modules);

    private static IEnumerable<string> Settings() => Options.Targets.Select(t => $"--Forward:{t.Service.Replace("-", "", StringComparison.Ordinal)}={t.Address}");

    private static IEnumerable<RouteEndpoint> Routes(WebApplication app) => ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    private static async Task<JsonObject> DescribeAsync(params IServiceModule[] modules)
    {
        await using var app = Build(modules);

        // Otherwise done when a host starts, which would also start its work.
        app.UseRouting();
        app.UseEndpoints(_ => { });
        var document = await app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(FrontDocument.Version).GetOpenApiDocumentAsync();
        return JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1))!.AsObject();
    }

    private static IEnumerable<string> Operations(JsonObject document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(o => $"{o.Key} {path.Key}"));
}
