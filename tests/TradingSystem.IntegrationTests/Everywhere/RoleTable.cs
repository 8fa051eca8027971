using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using TradingSystem.Dashboard;
using TradingSystem.Diary;
using TradingSystem.Execution;
using TradingSystem.Gateway;
using TradingSystem.Hosting;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Hooks;
using TradingSystem.Hosting.OpenApi;
using TradingSystem.Hosting.Rest;
using TradingSystem.TradingGroup;
using TradingSystem.Trigger;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>
/// One route and who may ask it: a role, with <c>+group</c> where a trading group's own token may as well, <c>anybody</c>, <c>people</c> for
/// anybody but a bot, <c>bot</c> for a route that checks a bot's token itself, <c>hook</c> for one that checks a webhook's secret, or <c>front</c> for what only services ask each other.
/// </summary>
internal sealed partial record RoleLine(string Who, string Method, string Path)
{
    public bool OpensToGroups => Who.EndsWith(RoleTable.AndGroup, StringComparison.Ordinal);

    /// <summary>The role that a person needs.</summary>
    public string Role => Who.Replace(RoleTable.AndGroup, "", StringComparison.Ordinal);

    /// <summary>Asks it with a body that breaks a rule, so that nothing is done.</summary>
    /// <param name="fill">What stands in the place of a part such as <c>{id}</c>; null for the usual: ids that are nobody's.</param>
    public async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient client, Uri front, string? token, Func<string, string?>? fill = null)
    {
        var method = new HttpMethod(Method == "*" ? "GET" : Method);
        using var request = new HttpRequestMessage(method, new Uri(front, Parameter().Replace(Path, m => fill?.Invoke(m.Value) ?? m.Value switch
        {
            "{documentName}" => "v1",
            "{name}" => "pong",
            "{symbol}" => "BTCUSDT",
            _ => Guid.NewGuid().ToString(),
        })));
        request.Content = method == HttpMethod.Get || method == HttpMethod.Head ? null : new StringContent("[]", Encoding.UTF8, "application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public override string ToString() => $"{Who} {Method} {Path}";

    [GeneratedRegex(@"\{\w+}")]
    private static partial Regex Parameter();
}

/// <summary>Which role each route of every service needs. A new route needs a line here.</summary>
internal static partial class RoleTable
{
    public const string Anybody = "anybody";
    public const string Bot = "bot";
    public const string Hook = "hook";
    public const string People = "people";
    public const string AndGroup = "+group";

    private const string Text = """
        anybody GET /livez
        anybody GET /readyz
        anybody GET /openapi/{documentName}.json
        anybody GET /asyncapi.json
        anybody GET /schemas/v1/{name}.json
        anybody * /ws/events
        anybody GET /
        anybody HEAD /
        anybody GET /index.html
        anybody HEAD /index.html
        anybody POST /api/v1/auth/login
        people POST /api/v1/auth/refresh
        people POST /api/v1/auth/logout
        viewer POST /api/v1/auth/logout-everywhere
        viewer POST /api/v1/auth/hub-ticket
        admin GET /api/v1/users
        admin POST /api/v1/users
        admin GET /api/v1/users/{id}
        admin PATCH /api/v1/users/{id}
        admin DELETE /api/v1/users/{id}
        admin GET /api/v1/users/audit
        viewer GET /api/v1/users/me
        viewer POST /api/v1/users/me/password
        bot POST /api/v1/ws-tickets
        front POST /internal/v1/token-owners
        viewer * /hubs/live
        viewer * /hubs/live/negotiate

        viewer+group GET /api/v1/groups
        admin POST /api/v1/groups
        viewer+group GET /api/v1/groups/{id}
        admin PATCH /api/v1/groups/{id}
        viewer GET /api/v1/groups/{id}/tokens
        admin POST /api/v1/groups/{id}/tokens
        admin DELETE /api/v1/groups/{id}/tokens/{tokenId}
        viewer GET /api/v1/hosted-groups
        viewer GET /api/v1/triggers
        admin POST /api/v1/triggers
        viewer GET /api/v1/triggers/{id}
        admin PATCH /api/v1/triggers/{id}
        viewer GET /api/v1/triggers/{id}/tokens
        admin POST /api/v1/triggers/{id}/tokens
        admin DELETE /api/v1/triggers/{id}/tokens/{tokenId}

        viewer+group GET /api/v1/candles
        viewer+group GET /api/v1/prices
        viewer+group GET /api/v1/market
        viewer GET /api/v1/rules
        trader POST /api/v1/rules
        viewer POST /api/v1/rules/rehearse
        viewer GET /api/v1/rules/{id}
        trader PUT /api/v1/rules/{id}
        trader DELETE /api/v1/rules/{id}
        viewer GET /api/v1/rules/{id}/versions
        viewer GET /api/v1/rules/{id}/why
        viewer GET /api/v1/schedules
        viewer GET /api/v1/schedules/times
        viewer GET /api/v1/schedules/{id}
        viewer GET /api/v1/schedules/{id}/occurrences
        trader DELETE /api/v1/schedules/{id}
        viewer GET /api/v1/hooks
        admin POST /api/v1/hooks
        viewer GET /api/v1/hooks/{id}
        admin PUT /api/v1/hooks/{id}
        admin DELETE /api/v1/hooks/{id}
        admin POST /api/v1/hooks/{id}/rotate
        viewer GET /api/v1/hooks/{id}/deliveries
        hook POST /hooks/{name}
        hook POST /hooks/{name}/{secret}
        viewer+group GET /api/v1/news
        viewer GET /api/v1/news/feeds
        trader POST /api/v1/news/feeds
        viewer GET /api/v1/news/feeds/{id}
        trader PUT /api/v1/news/feeds/{id}
        trader DELETE /api/v1/news/feeds/{id}
        viewer GET /api/v1/signals
        trader POST /api/v1/signals/test
        viewer GET /api/v1/blackouts
        trader POST /api/v1/blackouts
        viewer GET /api/v1/blackouts/{id}
        trader PUT /api/v1/blackouts/{id}
        trader DELETE /api/v1/blackouts/{id}

        viewer GET /diary
        viewer GET /state
        viewer GET /meta
        viewer GET /api/v1/events
        viewer+group GET /api/v1/discussions
        viewer+group GET /api/v1/discussions/{id}
        viewer GET /api/v1/system-logs
        viewer GET /api/v1/equity

        viewer+group GET /api/v1/orders
        viewer+group GET /api/v1/orders/open
        viewer+group GET /api/v1/orders/{id}
        trader POST /api/v1/orders/cancel
        trader POST /api/v1/orders/{id}/cancel
        viewer+group GET /api/v1/fills
        viewer+group GET /api/v1/positions
        viewer GET /api/v1/instruments
        viewer GET /api/v1/reconciliations
        viewer+group GET /api/v1/protections
        viewer+group GET /api/v1/protections/{group_id}/{symbol}
        trader PUT /api/v1/protections/{group_id}/{symbol}
        viewer+group GET /api/v1/protections/moves/{id}

        viewer GET /api/v1/accounts
        admin POST /api/v1/accounts
        viewer GET /api/v1/accounts/{id}
        admin PATCH /api/v1/accounts/{id}
        admin DELETE /api/v1/accounts/{id}
        viewer GET /api/v1/accounts/{id}/audit
        admin POST /api/v1/accounts/{id}/activate
        admin POST /api/v1/accounts/{id}/deactivate
        admin POST /api/v1/accounts/{id}/verify
        admin POST /api/v1/accounts/{id}/confirm-live
        admin POST /api/v1/accounts/{id}/live-code
        admin PUT /api/v1/accounts/{id}/groups/{groupId}

        viewer GET /api/v1/risk/limits
        admin PUT /api/v1/risk/limits
        viewer GET /api/v1/risk/limits/account/{id}
        admin PUT /api/v1/risk/limits/account/{id}
        viewer GET /api/v1/risk/limits/group/{id}
        trader PUT /api/v1/risk/limits/group/{id}
        viewer GET /api/v1/risk/blackouts

        viewer GET /api/v1/controls
        viewer GET /api/v1/controls/audit
        viewer GET /api/v1/controls/commands
        viewer GET /api/v1/controls/commands/{id}
        trader PUT /api/v1/controls/state
        trader POST /api/v1/controls/pause
        trader POST /api/v1/controls/resume
        trader POST /api/v1/controls/stop
        trader POST /api/v1/controls/close-all
        viewer GET /api/v1/controls/dead-man/{groupId}
        trader PUT /api/v1/controls/dead-man/{groupId}
        viewer GET /api/v1/kill
        trader POST /api/v1/kill
        viewer GET /api/v1/kill/{id}
        """;

    public static IReadOnlyList<RoleLine> Lines { get; } =
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(l => l.Split(' ')).Select(l => new RoleLine(l[0], l[1], l[2]))];

    /// <summary>
    /// The routes as one process maps them, each method by itself. <c>Who</c> is what the route's own metadata say, nobody where it says nothing.
    /// </summary>
    public static async Task<IReadOnlyList<RoleLine>> MappedAsync()
    {
        await using var app = ServiceApp.Build(
            "standalone", [$"--Auth:JwtKey={new string('k', 64)}"], topologyOnly: false,
            new GatewayModule(), new TriggerModule(), new TradingGroupModule(), new ExecutionModule(), new DiaryModule(), new DashboardModule());
        return
        [
            .. from endpoint in ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
               from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]
               select new RoleLine(WhoOf(endpoint), method, Constraint().Replace("/" + endpoint.RoutePattern.RawText!.Trim('/'), "}")),
        ];
    }

    private static string WhoOf(RouteEndpoint endpoint) =>
        endpoint.RequiredRole() is { } role ? role + (endpoint.AllowsGroup() ? AndGroup : "")
        : endpoint.Metadata.GetMetadata<HookCredential>() is not null ? Hook
        : endpoint.UseOfBotTokens() == BotTokenUse.Refused ? People
        : (endpoint.Metadata.GetMetadata<BearerCredential>() is not null ? Bot : endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? Anybody : "nobody");

    [GeneratedRegex(":[a-z]+}")]
    private static partial Regex Constraint();
}
