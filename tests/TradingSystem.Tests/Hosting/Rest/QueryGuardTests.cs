using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NUnit.Framework;
using TradingSystem.Dashboard;
using TradingSystem.Diary;
using TradingSystem.Execution;
using TradingSystem.Gateway;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;
using TradingSystem.TradingGroup;
using TradingSystem.Trigger;

namespace TradingSystem.Tests.Hosting.Rest;

/// <summary>Every route of every service, as the host maps them.</summary>
[TestFixture]
public sealed class QueryGuardTests
{
    /// <summary>Routes that may be asked with any query: probes, the socket, SignalR's own two, and the page with its addresses.</summary>
    private static readonly string[] Open = ["/livez", "/readyz", "/ws/events", "/hubs/live", "/hubs/live/negotiate", "/", "/index.html"];

    private WebApplication _app = null!;
    private RequestDelegate _guarded = null!;

    [OneTimeSetUp]
    public void Build()
    {
        _app = ServiceApp.Build(
            "standalone", [$"--Auth:JwtKey={new string('k', 64)}"], topologyOnly: false,
            new GatewayModule(), new TriggerModule(), new TradingGroupModule(), new ExecutionModule(), new DiaryModule(), new DashboardModule());
        var pipeline = new ApplicationBuilder(_app.Services);
        pipeline.UseQueryGuard();
        pipeline.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        _guarded = pipeline.Build();
    }

    [OneTimeTearDown]
    public Task StopAsync() => _app.DisposeAsync().AsTask();

    [Test]
    public async Task Every_route_refuses_a_parameter_that_it_does_not_know_and_names_it()
    {
        Assert.That(Routes, Has.Count.GreaterThan(50), "all services are here");
        foreach (var route in Routes.Where(r => !Open.Contains(r.RoutePattern.RawText)))
        {
            var (status, body) = await AskAsync(route, "?no_such_parameter=1");
            Assert.That(status, Is.EqualTo(400), route.DisplayName);
            Assert.That(body.RootElement.GetProperty("message").GetString(), Is.EqualTo("validation_error"));
            Assert.That(body.RootElement.GetProperty("detail")[0].GetProperty("path").GetString(), Is.EqualTo("no_such_parameter"), route.DisplayName);
        }
    }

    [Test]
    public void Only_what_is_no_list_of_ours_may_be_asked_with_anything() =>
        Assert.That(Routes.Where(r => r.Metadata.GetMetadata<AnyQuery>() is not null).Select(r => r.RoutePattern.RawText).Distinct(), Is.EquivalentTo(Open));

    [TestCase("/api/v1/orders", "group_id,symbol,decision_id,status,limit,cursor")]
    [TestCase("/api/v1/orders/open", "group_id,account_id,state,limit,cursor")]
    [TestCase("/api/v1/fills", "group_id,limit,cursor")]
    [TestCase("/api/v1/positions", "group_id,limit,cursor")]
    [TestCase("/api/v1/protections", "group_id,status,limit,cursor")]
    [TestCase("/api/v1/reconciliations", "account_id,kind,limit,cursor")]
    [TestCase("/api/v1/groups/", "limit,cursor")]
    [TestCase("/api/v1/groups/{id:guid}", "")]
    [TestCase("/api/v1/groups/{id:guid}/tokens", "limit,cursor")]
    [TestCase("/api/v1/accounts/", "group_id,limit,cursor")]
    [TestCase("/api/v1/events", "limit,cursor,event_type,group_id,source_id")]
    [TestCase("/api/v1/discussions", "limit,cursor,group_id")]
    [TestCase("/api/v1/system-logs", "limit,cursor,level,code,source_id")]
    [TestCase("/api/v1/equity", "limit,cursor,group_id,mode,since")]
    [TestCase("/api/v1/candles", "symbol,interval,limit,end_time")]
    [TestCase("/api/v1/rules/", "limit,cursor")]
    [TestCase("/api/v1/rules/{id:guid}/versions", "limit,cursor")]
    [TestCase("/api/v1/rules/{id:guid}/why", "at,symbol")]
    [TestCase("/api/v1/schedules/", "limit,cursor,state,kind,source_id")]
    [TestCase("/api/v1/schedules/times", "cron,zone")]
    [TestCase("/api/v1/hooks/", "limit,cursor")]
    [TestCase("/api/v1/hooks/{id:guid}/deliveries", "limit,cursor")]
    [TestCase("/api/v1/news/", "symbol,feed,since,limit,cursor")]
    [TestCase("/api/v1/news/feeds/", "limit,cursor")]
    [TestCase("/api/v1/signals/", "outcome,reason,source_id,group,limit,cursor")]
    [TestCase("/api/v1/blackouts/", "limit,cursor")]
    [TestCase("/api/v1/risk/blackouts", "")]
    [TestCase("/diary", "limit,since,format")]
    [TestCase("/state", "")]
    [TestCase("/api/v1/risk/limits/group/{id:guid}", "")]
    public async Task A_route_takes_the_parameters_of_its_handler(string pattern, string names)
    {
        var route = Routes.First(r => r.RoutePattern.RawText == pattern && r.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains("GET"));
        var known = names.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(QueryParameters.Of(route).Select(p => p.Name), Is.EquivalentTo(known));
        var (status, _) = await AskAsync(route, "?" + string.Join('&', known.Select(n => $"{n.ToUpperInvariant()}={Uri.EscapeDataString(Good(pattern, n))}")));
        Assert.That(status, Is.EqualTo(204));
    }

    [Test]
    public async Task Every_parameter_of_every_route_refuses_what_its_type_cannot_be()
    {
        var asked = 0;
        foreach (var route in Routes.Where(r => !Open.Contains(r.RoutePattern.RawText)))
        {
            foreach (var parameter in QueryParameters.Of(route).Where(p => p.Rule("\u00e9") is not null))
            {
                asked++;
                foreach (var value in new[] { "\u00e9", "", "1,1", "-1", "NaN" })
                {
                    var (status, body) = await AskAsync(route, $"?{parameter.Name}={Uri.EscapeDataString(value)}");
                    var fault = body.RootElement.GetProperty("detail")[0];
                    Assert.That((status, fault.GetProperty("path").GetString()), Is.EqualTo((400, parameter.Name)), $"{route.DisplayName} {value}");
                    Assert.That((fault.GetProperty("rule").GetString(), fault.GetProperty("got").GetString()), Is.EqualTo((parameter.Rule(value), value)));
                }
            }
        }

        Assert.That(asked, Is.GreaterThan(50));
    }

    [TestCase("limit=1001", "an integer from 1 to 1000")]
    [TestCase("limit=0", "an integer from 1 to 1000")]
    [TestCase("limit=%2B5", "an integer from 1 to 1000")]
    [TestCase("limit=5.0", "an integer from 1 to 1000")]
    [TestCase("limit=99999999999", "an integer from 1 to 1000")]
    [TestCase("limit=1&limit=2", "an integer from 1 to 1000")]
    [TestCase("cursor=-1", "a cursor of this list")]
    [TestCase("cursor=1e3", "a cursor of this list")]
    public async Task Every_list_reads_its_page_alike(string query, string rule)
    {
        var name = query[..query.IndexOf('=', StringComparison.Ordinal)];
        var lists = Routes.Where(r => r.RoutePattern.RawText != "/api/v1/users/" && QueryParameters.Of(r).Any(p => p.Name == name)).ToList();
        Assert.That(lists, Has.Count.GreaterThan(15));
        foreach (var list in lists)
        {
            var (_, body) = await AskAsync(list, "?" + query);
            Assert.That(body.RootElement.GetProperty("detail")[0].GetProperty("rule").GetString(), Is.EqualTo(rule), list.DisplayName);
        }
    }

    [TestCase("/api/v1/orders", "?stauts=filled", "unknown parameter, did you mean status")]
    [TestCase("/api/v1/orders", "?groupId=1", "unknown parameter, did you mean group_id")]
    [TestCase("/api/v1/fills", "?from=2025-01-01", "unknown parameter, one of group_id, limit, cursor")]
    [TestCase("/state", "?group=a", "unknown parameter, there are none here")]
    public async Task The_nearest_parameter_is_named(string pattern, string query, string rule)
    {
        var (_, body) = await AskAsync(Routes.First(r => r.RoutePattern.RawText == pattern), query);
        Assert.That(body.RootElement.GetProperty("detail")[0].GetProperty("rule").GetString(), Is.EqualTo(rule));
    }

    private static string Good(string pattern, string name) => name switch
    {
        "status" or "state" or "kind" or "event_type" or "level" or "mode" or "format" => Word(pattern, name),
        "outcome" => "sent",
        "reason" => "budget",
        "since" or "end_time" or "at" => "2025-01-31T13:00:00+01:00",
        _ when name.EndsWith("_id", StringComparison.Ordinal) => "0b2f1c9e-3d7a-4b0e-9a51-6f0d2c7e8a11",
        _ => "1",
    };

    private static string Word(string pattern, string name) => name switch
    {
        "status" => pattern.EndsWith("protections", StringComparison.Ordinal) ? "waiting" : "filled",
        "state" => pattern.StartsWith("/api/v1/schedules", StringComparison.Ordinal) ? "active" : "held",
        "kind" => pattern.StartsWith("/api/v1/schedules", StringComparison.Ordinal) ? "cron" : "manual_close",
        "event_type" => "post_trade",
        "level" => "warn",
        "mode" => "live",
        _ => "jsonl",
    };

    private List<RouteEndpoint> Routes => [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()];

    private async Task<(int Status, JsonDocument Body)> AskAsync(Endpoint endpoint, string query)
    {
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = _app.Services, Response = { Body = answer } };
        context.Request.QueryString = new QueryString(query);
        context.SetEndpoint(endpoint);
        await _guarded(context);
        return (context.Response.StatusCode, JsonDocument.Parse(answer.Length == 0 ? "{}"u8.ToArray() : answer.ToArray()));
    }
}
