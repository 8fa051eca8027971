using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
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

[TestFixture]
public sealed class GroupScopeTests
{
    private static readonly Guid Own = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    private WebApplication _app = null!;

    [OneTimeSetUp]
    public void Build() => _app = ServiceApp.Build(
        "standalone", [$"--Auth:JwtKey={new string('k', 64)}"], topologyOnly: false,
        new GatewayModule(), new TriggerModule(), new TradingGroupModule(), new ExecutionModule(), new DiaryModule(), new DashboardModule());

    [OneTimeTearDown]
    public Task StopAsync() => _app.DisposeAsync().AsTask();

    [Test]
    public void A_group_sees_its_own_a_person_everything_and_a_group_without_an_id_nothing()
    {
        Assert.Multiple(() =>
        {
            Assert.That((Scope(Group(Own)).Covers(Own), Scope(Group(Own)).Covers(Other)), Is.EqualTo((true, false)));
            Assert.That((Scope(Person()).Covers(Own), Scope(Person()).Covers(Other)), Is.EqualTo((true, true)));
            Assert.That(Scope(Of(new Claim("role", Roles.Group))).Covers(Own), Is.False);
        });
    }

    [Test]
    public void A_list_of_all_is_the_groups_own_and_that_of_another_is_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Narrowed(Group(Own), null), Is.EqualTo((Own, 0)));
            Assert.That(Narrowed(Group(Own), Own), Is.EqualTo((Own, 0)));
            Assert.That(Narrowed(Group(Own), Other), Is.EqualTo((Other, 403)));
            Assert.That(Narrowed(Person(), null), Is.EqualTo(((Guid?)null, 0)));
            Assert.That(Narrowed(Person(), Other), Is.EqualTo((Other, 0)));
        });
    }

    [Test]
    public void A_route_that_groups_may_ask_reads_for_viewers_and_binds_the_scope_or_says_why_it_needs_none()
    {
        var open = Routes.Where(r => r.AllowsGroup()).ToList();
        Assert.That(open, Has.Count.GreaterThan(10));
        Assert.Multiple(() =>
        {
            foreach (var route in open)
            {
                Assert.That(route.RequiredRole(), Is.EqualTo(Roles.Viewer), route.DisplayName);
                Assert.That(route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods, Is.EqualTo(new[] { "GET" }), route.DisplayName);
                var binds = route.Metadata.GetMetadata<MethodInfo>()!.GetParameters().Any(p => p.ParameterType == typeof(GroupScope));
                Assert.That(binds || !string.IsNullOrEmpty(route.Metadata.GetMetadata<GroupAccess>()!.SameForAll), route.DisplayName);
            }
        });
    }

    [Test]
    public async Task A_groups_token_is_let_in_where_the_route_says_so_and_nowhere_else()
    {
        var authorization = _app.Services.GetRequiredService<IAuthorizationService>();
        Assert.That(Routes.Count(r => r.RequiredRole() is not null), Is.GreaterThan(60));
        foreach (var route in Routes.Where(r => r.RequiredRole() is not null))
        {
            var http = new DefaultHttpContext { RequestServices = _app.Services };
            http.SetEndpoint(route);
            Assert.That((await authorization.AuthorizeAsync(Group(Own), http, route.RequiredRole()!)).Succeeded, Is.EqualTo(route.AllowsGroup()), route.DisplayName);
            Assert.That((await authorization.AuthorizeAsync(Of(new Claim("role", Roles.Group)), http, route.RequiredRole()!)).Succeeded, Is.False, route.DisplayName);
            Assert.That((await authorization.AuthorizeAsync(Of(new Claim(GroupClaims.Group, Own.ToString())), http, route.RequiredRole()!)).Succeeded, Is.False, route.DisplayName);
        }
    }

    [Test]
    public void A_handler_that_answers_a_group_without_asking_the_scope_fails_and_tells_nothing()
    {
        var app = new RouteBuilder(_app.Services);
        app.MapGet("/forgets", (HttpContext _) => Results.Ok("everybody's rows")).AllowGroup();
        app.MapGet("/binds", (GroupScope _) => "everybody's rows").AllowGroup();
        app.MapGet("/asks", (GroupScope scope) => Results.Ok(scope.Covers(Own))).AllowGroup();
        app.MapGet("/refuses", () => RestError.Invalid([])).AllowGroup();
        Assert.Multiple(() =>
        {
            Assert.That(async () => await app.AskAsync("/forgets", Group(Own)), Throws.InvalidOperationException);
            Assert.That(async () => await app.AskAsync("/binds", Group(Own)), Throws.InvalidOperationException);
            Assert.That(async () => await app.AskAsync("/forgets", Person()), Is.EqualTo((200, "\"everybody's rows\"")));
            Assert.That(async () => await app.AskAsync("/asks", Group(Own)), Is.EqualTo((200, "true")));
            Assert.That(async () => (await app.AskAsync("/refuses", Group(Own))).Status, Is.EqualTo(400));
        });
    }

    private IReadOnlyList<RouteEndpoint> Routes => [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()];

    private static (Guid? Group, int Refused) Narrowed(ClaimsPrincipal caller, Guid? asked)
    {
        var refusal = Scope(caller).Narrow(ref asked);
        return (asked, (refusal as IStatusCodeHttpResult)?.StatusCode ?? 0);
    }

    private static GroupScope Scope(ClaimsPrincipal caller) => GroupScope.Of(new DefaultHttpContext { User = caller });

    private static ClaimsPrincipal Group(Guid id) => Of(new("role", Roles.Group), new(GroupClaims.Group, id.ToString()));

    private static ClaimsPrincipal Person() => Of(new Claim("role", Roles.Viewer));

    private static ClaimsPrincipal Of(params Claim[] claims) => new(new ClaimsIdentity(claims, "test"));

    /// <summary>Routes of a test, without a server.</summary>
    private sealed class RouteBuilder(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);

        public async Task<(int Status, string Body)> AskAsync(string path, ClaimsPrincipal caller)
        {
            var route = DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Single(r => r.RoutePattern.RawText == path);
            var http = new DefaultHttpContext { RequestServices = services, User = caller };
            using var body = new MemoryStream();
            http.Response.Body = body;
            http.SetEndpoint(route);
            await route.RequestDelegate!(http);
            return (http.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
        }
    }
}
