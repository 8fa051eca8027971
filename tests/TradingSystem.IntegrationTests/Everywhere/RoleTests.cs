using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>Every route, asked by everybody, over the real pipeline and through the one front.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class RoleTests(bool distributed)
{
    private const string Group = "a group";
    private const string Trigger = "a trigger";

    private readonly HttpClient _client = new();
    private TradingCluster _cluster = null!;
    private string _group = "";
    private string _trigger = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed, settings: new Dictionary<string, string> { ["BOTTOKENS__REQUESTBURST"] = "10000" });
        (_, _group) = await _cluster.AddGroupAsync("roles");
        _trigger = await _cluster.AddTriggerAsync("roles_trigger");
    }

    [OneTimeTearDown]
    public ValueTask StopAsync()
    {
        _client.Dispose();
        return _cluster.DisposeAsync();
    }

    [Test]
    public async Task A_route_is_open_to_its_role_and_those_above_and_to_nobody_else()
    {
        var wrong = new List<string>();
        foreach (var line in RoleTable.Lines)
        {
            foreach (var (who, token) in new[] { ("nobody", null), (Group, _group), (Trigger, _trigger) }.Concat(Roles.All.Select(r => (r, (string?)TokenOf(r)))))
            {
                var (status, body) = await line.AskAsync(_client, _cluster.Front, token);
                var expected = Expected(line, who);
                if (expected is null ? status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests : status != expected)
                {
                    wrong.Add($"{line} by {who}: {status} {body}");
                }
                else if (expected is not null && line.Method != "HEAD" && JsonNode.Parse(body)?["detail"]?[0]?["rule"] is null)
                {
                    wrong.Add($"{line} by {who}: {status} without a reason: {body}");
                }
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public async Task A_token_without_a_role_or_with_one_that_is_none_opens_nothing()
    {
        foreach (var role in new[] { "", "root", "Viewer", Roles.Group })
        {
            Assert.That(
                (await new RoleLine("viewer", "GET", "/api/v1/orders").AskAsync(_client, _cluster.Front, TokenOf(role))).Status,
                Is.EqualTo(HttpStatusCode.Forbidden), role);
        }
    }

    /// <summary>Null for anything else than 401, 403 and 429.</summary>
    private HttpStatusCode? Expected(RoleLine line, string who) => line.Who switch
    {
        RoleTable.Anybody => null,
        RoleTable.People when who is Group or Trigger => HttpStatusCode.Forbidden,
        // It wants the cookie of a browser.
        RoleTable.People => line.Path == "/api/v1/auth/refresh" ? HttpStatusCode.Unauthorized : null,
        RoleTable.Bot => who is Group or Trigger ? null : HttpStatusCode.Unauthorized,
        RoleTable.Hook => HttpStatusCode.Unauthorized,
        // A front passes it on for nobody.
        Roles.Front when distributed => HttpStatusCode.NotFound,
        _ when who == Group => line.OpensToGroups ? null : HttpStatusCode.Forbidden,
        _ when who == Trigger => HttpStatusCode.Forbidden,
        _ when !Roles.All.Contains(who) => HttpStatusCode.Unauthorized,
        _ => line.Who != Roles.Front && Rank(who) >= Rank(line.Role) ? null : HttpStatusCode.Forbidden,
    };

    private static int Rank(string role) => Roles.All.ToList().IndexOf(role);

    private static string TokenOf(string role)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = JwtValidation.Issuer,
            Audience = JwtValidation.Issuer,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(10),
            Claims = new Dictionary<string, object> { ["sub"] = $"test-{role}", ["role"] = role },
            SigningCredentials = new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(TradingCluster.SigningKey)), SecurityAlgorithms.HmacSha256),
        });
    }
}
