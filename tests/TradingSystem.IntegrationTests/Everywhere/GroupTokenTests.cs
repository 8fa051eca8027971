using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Hosting.Rest;
using TradingSystem.IntegrationTests.Dashboard.Accounts;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>
/// What a trading group's own token reads over REST: its group's, of which there is one of everything, and nothing of another that has as much.
/// </summary>
[TestFixture(false, Description = "one process, in-memory bus")]
[TestFixture(true, Description = "six processes, RabbitMQ")]
public sealed class GroupTokenTests(bool distributed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Lists of groups' own, which may be asked for a group.
    private static readonly string[] Lists = ["orders", "orders/open", "fills", "positions", "protections", "discussions"];

    private readonly HttpClient _client = new();
    private TradingCluster _cluster = null!;
    private TradedGroup _own = null!;
    private TradedGroup _other = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed, settings: new Dictionary<string, string>
        {
            ["BOTTOKENS__REQUESTBURST"] = "100000",
            ["GATEWAY__BADTOKENS"] = "3",
            ["GATEWAY__LOCKOUT"] = "00:10:00",
        }, ownServers: !distributed);
        // Two groups on one account, so that nothing but the group tells their rows apart.
        var account = await TradedGroup.AddAccountAsync(_cluster);
        _own = await TradedGroup.OpenAsync(_cluster, "own_group", account);
        _other = await TradedGroup.OpenAsync(_cluster, "other_group", account);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        if (_cluster is not null)
        {
            TestContext.Out.WriteLine(_cluster.Logs());
            await _cluster.DisposeAsync();
        }
    }

    [Test]
    public async Task A_list_is_the_groups_own_whether_or_not_it_is_asked_for()
    {
        foreach (var list in Lists)
        {
            foreach (var query in new[] { "?limit=1000", $"?limit=1000&group_id={_own.Id}" })
            {
                var (status, body) = await GetAsync(_own, $"/api/v1/{list}{query}");
                Assert.That(status, Is.EqualTo(HttpStatusCode.OK), $"{list}{query} {body}");
                Assert.That(JsonNode.Parse(body)!["items"]!.AsArray(), Has.Count.EqualTo(_own.Rows(list)), list);
            }
        }

        var (_, groups) = await GetAsync(_own, "/api/v1/groups");
        Assert.That(JsonNode.Parse(groups)!["items"]!.AsArray().Select(g => (string)g!["id"]!), Is.EqualTo(new[] { _own.Id }));
    }

    [Test]
    public async Task Its_own_is_found_by_id()
    {
        foreach (var path in ByIds(_own))
        {
            var (status, body) = await GetAsync(_own, path);
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), $"{path} {body}");
        }
    }

    [Test]
    public async Task Everybodys_market_is_its_too()
    {
        foreach (var path in new[] { "/api/v1/candles?symbol=BTCUSDT&interval=15m", "/api/v1/prices", "/api/v1/market", "/api/v1/news?symbol=BTCUSDT" })
        {
            Assert.That((await GetAsync(_own, path)).Status, Is.EqualTo(HttpStatusCode.OK), path);
        }
    }

    [Test]
    public async Task What_is_another_groups_is_forbidden_or_not_found_and_no_answer_names_it()
    {
        var leaks = new List<string>();
        var asked = new List<string>();
        foreach (var path in Lists.SelectMany(l => new[] { $"/api/v1/{l}?limit=1000", $"/api/v1/{l}?limit=1000&group_id={_own.Id}" }).Append("/api/v1/groups?limit=1000")
            .Append($"/api/v1/orders/open?account_id={_other.Account}").Concat(ByIds(_own)))
        {
            var (status, body) = await GetAsync(_own, path);
            asked.Add(path);
            leaks.AddRange(_other.Marks.Where(m => body.Contains(m, StringComparison.OrdinalIgnoreCase)).Select(m => $"{path} {status} has {m}"));
        }

        foreach (var path in ByIds(_other))
        {
            Assert.That((await GetAsync(_other, path)).Status, Is.EqualTo(HttpStatusCode.OK), $"it is there: {path}");
            Assert.That((await GetAsync(_own, path)).Status, Is.EqualTo(HttpStatusCode.NotFound), path);
        }

        foreach (var list in Lists)
        {
            var (status, body) = await GetAsync(_own, $"/api/v1/{list}?group_id={_other.Id}");
            Assert.That((status, (string?)JsonNode.Parse(body)!["detail"]![0]!["path"]), Is.EqualTo((HttpStatusCode.Forbidden, "group_id")), list);
        }

        Assert.That(leaks, Is.Empty);
        Assert.That(_other.Marks, Has.Count.GreaterThan(10), "there is something to leak");
        Assert.That(asked, Has.Count.GreaterThan(15));
    }

    /// <summary>Whatever id stands for the other group, its order, its discussion, its move, its account or its token.</summary>
    [Test]
    public async Task Over_every_route_the_things_of_another_group_are_forbidden_or_not_found()
    {
        var wrong = new List<string>();
        var token = (string)(await _cluster.ListAsync($"/api/v1/groups/{_other.Id}/tokens"))[0]["id"]!;
        string[] ids = [_other.Id, _other.Order, _other.Discussion, _other.Move, _other.Account, token];
        foreach (var line in RoleTable.Lines.Where(l => l.Who is not (RoleTable.Anybody or RoleTable.Bot or RoleTable.Hook)))
        {
            foreach (var id in line.Path.Contains('{', StringComparison.Ordinal) ? ids : [""])
            {
                var (status, body) = await line.AskAsync(_client, _cluster.Front, _own.Token, part => part switch
                {
                    "{symbol}" => null,
                    "{tokenId}" => token,
                    "{groupId}" or "{group_id}" => _other.Id,
                    _ => id,
                });
                var isOwn = line.OpensToGroups && id.Length == 0;
                if (isOwn ? _other.Marks.Any(m => body.Contains(m, StringComparison.OrdinalIgnoreCase)) : status is not (HttpStatusCode.Forbidden or HttpStatusCode.NotFound))
                {
                    wrong.Add($"{line} {id}: {status} {body}");
                }
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public async Task Within_a_second_of_its_revocation_a_token_is_401_and_stays_so_over_every_route()
    {
        var (id, token) = await _cluster.AddGroupAsync($"revoked_{Guid.NewGuid():n}");
        using var asking = new CancellationTokenSource();
        var lines = RoleTable.Lines.Where(l => l.Who is not (RoleTable.Anybody or Roles.Front)).ToList();
        var open = lines.Where(l => l.OpensToGroups).ToList();
        long lastGood = 0;
        var good = 0;
        // Several at a time and without a pause, so that it is always fresh in the front's memory when it is revoked.
        var asked = Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            for (var i = n; !asking.IsCancellationRequested; i++)
            {
                var began = Stopwatch.GetTimestamp();
                if ((await open[i % open.Count].AskAsync(_client, _cluster.Front, token)).Status != HttpStatusCode.Unauthorized)
                {
                    Interlocked.Increment(ref good);
                    InterlockedMax(ref lastGood, began);
                }
            }
        })).ToList();
        await Wait.UntilAsync("it is good", () => Task.FromResult(Volatile.Read(ref good) > 40));
        await _cluster.RevokeAsync(id);
        var revoked = Stopwatch.GetTimestamp();
        await Wait.UntilAsync("a second has passed", () => Task.FromResult(Stopwatch.GetElapsedTime(revoked) > TimeSpan.FromSeconds(1)));
        var after = new List<string>();
        foreach (var line in lines)
        {
            if ((await line.AskAsync(_client, _cluster.Front, token)).Status is var status && status != HttpStatusCode.Unauthorized)
            {
                after.Add($"{line}: {status}");
            }
        }

        await asking.CancelAsync();
        await Task.WhenAll(asked);
        var late = Stopwatch.GetElapsedTime(revoked, lastGood);
        TestContext.Out.WriteLine($"The last request that was let in began {late.TotalMilliseconds:0} ms after the revocation.");
        Assert.That(late, Is.LessThan(TimeSpan.FromSeconds(1)));
        Assert.That(after, Is.Empty);
    }

    [Test]
    public async Task Who_guesses_tokens_is_told_to_wait_while_others_and_good_tokens_pass()
    {
        using var guesser = new Browser(_cluster.Front, "127.0.0.9");
        using var neighbour = new Browser(_cluster.Front, "127.0.0.10");
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 5; n++)
        {
            guesser.Token = $"tg_guess_{n}";
            answers.Add((await guesser.GetAsync("/api/v1/orders")).Status);
        }

        Assert.That(
            answers,
            Is.EqualTo(new[] { HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests }));
        Assert.That(guesser.Headers.RetryAfter?.ToString(), Is.EqualTo("600"));
        guesser.Token = _own.Token;
        Assert.That((await guesser.GetAsync("/api/v1/orders")).Status, Is.EqualTo(HttpStatusCode.OK), "a good one passes");
        neighbour.Token = "tg_guess_of_another";
        Assert.That((await neighbour.GetAsync("/api/v1/orders")).Status, Is.EqualTo(HttpStatusCode.Unauthorized), "another address has guesses of its own");
    }

    [Test]
    public async Task A_ticket_is_given_for_the_token_itself_and_a_service_behind_the_front_knows_no_token()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_cluster.Front, "/api/v1/ws-tickets"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _own.Token);
        using var ticket = await _client.SendAsync(request);
        Assert.That(ticket.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        foreach (var service in distributed ? new[] { "execution", "gateway", "diary", "trigger", "trading-group" } : [])
        {
            var line = RoleTable.Lines.First(
                l => l.Path == (service switch { "execution" => "/api/v1/orders", "gateway" => "/api/v1/groups", "diary" => "/api/v1/discussions", "trigger" => "/api/v1/market", _ => "/api/v1/hosted-groups" }));
            Assert.That((await line.AskAsync(_client, _cluster.AddressOf(service), _own.Token)).Status, Is.EqualTo(HttpStatusCode.Unauthorized), service);
        }
    }

    [Test]
    public async Task While_nobody_can_be_asked_whose_a_token_is_nobody_is_let_in_and_told_to_come_again()
    {
        // In one process the gateway cannot say when its database is away.
        await _cluster.WithoutAsync(distributed ? "gateway" : "postgres", async () =>
        {
            using var answer = await Wait.ForAsync(
                "what was known is forgotten",
                async () => await SendAsync("/api/v1/prices") is var a && a.StatusCode == HttpStatusCode.ServiceUnavailable ? a : null);
            Assert.That(answer.Headers.RetryAfter?.ToString(), Is.EqualTo("1"));
            Assert.That((string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["message"], Is.EqualTo("unavailable"));
            Assert.That((await GetAsync(_own, "/livez")).Status, Is.EqualTo(HttpStatusCode.OK), "what is anybody's needs nobody's token");
        });

        await Wait.UntilAsync("it is let in again", async () => (await GetAsync(_own, "/api/v1/prices")).Status == HttpStatusCode.OK);
    }

    private static string[] ByIds(TradedGroup group) =>
        [$"/api/v1/groups/{group.Id}", $"/api/v1/orders/{group.Order}", $"/api/v1/discussions/{group.Discussion}", $"/api/v1/protections/{group.Id}/BTCUSDT", $"/api/v1/protections/moves/{group.Move}"];

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen)
            {
                return;
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_cluster.Front, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _own.Token);
        return await _client.SendAsync(request);
    }

    private Task<(HttpStatusCode Status, string Body)> GetAsync(TradedGroup group, string path) =>
        new RoleLine(RoleTable.AndGroup, "GET", path).AskAsync(_client, _cluster.Front, group.Token);
}
