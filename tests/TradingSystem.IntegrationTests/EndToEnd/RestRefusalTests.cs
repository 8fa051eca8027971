using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>What is asked wrongly is told what is wrong with it, in one shape, by one process and through the one front.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class RestRefusalTests(bool distributed)
{
    private TradingCluster _cluster = null!;
    private string _group = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await UsualProduct.AskAsync(distributed);
        (_group, _) = await _cluster.AddGroupAsync("refusals");
    }

    [TestCase("DELETE", "/api/v1/orders", "GET")]
    [TestCase("POST", "/api/v1/orders", "GET")]
    [TestCase("GET", "/api/v1/orders/cancel", "POST")]
    [TestCase("PUT", "/api/v1/groups", "GET, POST")]
    [TestCase("DELETE", "/api/v1/groups/GROUP", "GET, PATCH")]
    [TestCase("PUT", "/api/v1/kill", "GET, POST")]
    [TestCase("GET", "/api/v1/controls/pause", "POST")]
    [TestCase("POST", "/api/v1/candles", "GET")]
    [TestCase("PATCH", "/diary", "GET")]
    [TestCase("POST", "/api/v1/hosted-groups", "GET")]
    [TestCase("GET", "/api/v1/auth/login", "POST")]
    [TestCase("GET", "/api/v1/ws-tickets", "POST")]
    [TestCase("POST", "/livez", "GET")]
    [TestCase("POST", "/", "GET, HEAD")]
    public async Task A_known_address_with_another_method_says_which_it_has(string method, string path, string allowed)
    {
        var (answer, body) = await AskAsync(method, path, null);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed), body);
        Assert.That(answer.Content.Headers.Allow.Order(), Is.EqualTo(allowed.Split(", ")), body);
        Expect(body, "method_not_allowed", "method");
    }

    [TestCase("GET", "/health")]
    [TestCase("GET", "/metrics")]
    [TestCase("GET", "/orders")]
    [TestCase("GET", "/login")]
    [TestCase("GET", "/index.htm")]
    [TestCase("GET", "/assets/none.js")]
    [TestCase("POST", "/api/v1/order")]
    [TestCase("GET", "/api/v1/accounts/GROUP/typo")]
    [TestCase("GET", "/api/v1/kill/none")]
    [TestCase("GET", "/api/v2/orders")]
    public async Task An_address_that_is_none_is_not_found_and_no_page(string method, string path)
    {
        var (answer, body) = await AskAsync(method, path, null);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), body);
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"), body);
        Expect(body, "not_found", null);
    }

    [TestCase("POST", "/api/v1/groups")]
    [TestCase("PATCH", "/api/v1/groups/GROUP")]
    [TestCase("POST", "/api/v1/triggers")]
    [TestCase("POST", "/api/v1/accounts")]
    [TestCase("PUT", "/api/v1/risk/limits/group/GROUP")]
    [TestCase("PUT", "/api/v1/controls/state")]
    [TestCase("PUT", "/api/v1/controls/dead-man/GROUP")]
    [TestCase("POST", "/api/v1/controls/pause")]
    [TestCase("POST", "/api/v1/kill")]
    [TestCase("POST", "/api/v1/orders/cancel")]
    [TestCase("PUT", "/api/v1/protections/GROUP/BTCUSDT")]
    [TestCase("POST", "/api/v1/auth/login")]
    public async Task A_body_of_another_type_is_refused_for_it_and_a_broken_one_for_that(string method, string path)
    {
        foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "application/xml" })
        {
            var (answer, body) = await AskAsync(method, path, "{}", type);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType), $"{type} {body}");
            Expect(body, "unsupported_media_type", "Content-Type");
        }

        foreach (var broken in new[] { "{", "", "[]", "null", "{\"a\":1,}", "\u00e9" })
        {
            var (answer, body) = await AskAsync(method, path, broken);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), $"{broken} {body}");
            Expect(body, "validation_error", null);
        }

        var (large, why) = await AskAsync(method, path, $"{{\"name\":\"{new string('x', 900_000)}\"}}");
        Assert.That(large.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge), why);
        Expect(why, "payload_too_large", "$");
    }

    [TestCase("/api/v1/candles?symbol=BTCUSDT&interval=1m&end_time=", "end_time")]
    [TestCase("/api/v1/equity?since=", "since")]
    [TestCase("/diary?since=", "since")]
    public async Task A_time_is_RFC_3339_with_an_offset_or_refused(string address, string field)
    {
        foreach (var time in new[] { "12:00", "03/04/2025", "2025-04-03", "2025-04-03T12:00:00", "2025-04-03T12:00:00+02:00", "yesterday" })
        {
            // A plus sign that is not escaped is a blank.
            var (answer, body) = await AskAsync("GET", address + time, null);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), $"{time} {body}");
            Assert.That(Expect(body, "validation_error", field), Does.Contain("RFC 3339").And.Contain("2025-01-31T13:00:00Z"), time);
        }

        foreach (var time in new[] { "2025-04-03T12:00:00Z", "2025-04-03T12:00:00.5%2B02:00" })
        {
            var (answer, body) = await AskAsync("GET", address + time, null);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{time} {body}");
        }
    }

    [Test]
    public async Task The_page_is_at_its_address_alone()
    {
        using var page = await _cluster.Http.GetAsync(_cluster.Front);
        Assert.That((page.StatusCode, page.Content.Headers.ContentType!.MediaType), Is.EqualTo((HttpStatusCode.OK, "text/html")));
    }

    [Test]
    public async Task What_is_repeated_of_a_long_value_is_whole_characters()
    {
        for (var offset = 0; offset < 2; offset++)
        {
            var long_ = new string('x', offset) + string.Concat(Enumerable.Repeat("😀", 300));
            foreach (var address in new[] { "/diary?format=", "/api/v1/orders?status=", "/api/v1/groups?limit=", "/api/v1/candles?interval=1m&symbol=" })
            {
                var (answer, body) = await AskAsync("GET", address + Uri.EscapeDataString(long_), null);
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), body);
                var got = JsonNode.Parse(body)!["detail"]!.AsArray().Select(d => (string)d!["got"]!).Single(g => g.Length > 40);
                Assert.That(got.EndsWith("😀…", StringComparison.Ordinal) && !got.Contains('\uFFFD', StringComparison.Ordinal), Is.True, $"{address} {got}");
            }
        }
    }

    /// <summary>The rule that was broken, where a field is named.</summary>
    private static string Expect(string body, string message, string? field)
    {
        var error = JsonNode.Parse(body)!;
        Assert.That((string?)error["message"], Is.EqualTo(message), body);
        var detail = error["detail"]!.AsArray();
        Assert.That(detail, Is.Not.Empty, body);
        Assert.That(detail.All(d => d!["path"] is not null && !string.IsNullOrEmpty((string?)d["rule"]) && d.AsObject().ContainsKey("got")), Is.True, body);
        if (field is null)
        {
            return "";
        }

        Assert.That(detail.Select(d => (string)d!["path"]!), Does.Contain(field), body);
        return (string)detail.First(d => (string)d!["path"]! == field)!["rule"]!;
    }

    private async Task<(HttpResponseMessage Answer, string Body)> AskAsync(string method, string path, string? body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_cluster.Front, path.Replace("GROUP", _group, StringComparison.Ordinal)));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
        var answer = await _cluster.Http.SendAsync(request);
        return (answer, await answer.Content.ReadAsStringAsync());
    }
}
