using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>What the page says in figures: all the digits of a price, whose money it is, and of when and where a time is.</summary>
[TestFixture]
public sealed partial class PageFiguresTests
{
    private static readonly float Patience = (float)Wait.Most.TotalMilliseconds;

    [Test]
    public async Task A_tiny_price_is_shown_with_its_digits_wherever_it_stands()
    {
        using var file = new ReplayFile("PEPEUSDT", 0.00000394m, places: 8);
        await using var cluster = await TradingCluster.StartAsync(distributed: false, $"replay:{file.Path}@600");
        var (group, _) = await cluster.AddGroupAsync("house_crypto_pepeusdt", "PEPEUSDT", hosted: true, interval: "1m");
        // The rules that a database begins with are about another symbol.
        using (var made = await cluster.Http.PostAsJsonAsync(new Uri(cluster.Front, "/api/v1/rules"), JsonNode.Parse("""
            {"name":"tiny","symbols":["PEPEUSDT"],"title":"{{ symbol }} went {{ direction }} to {{ price }}","when":{"any":[
              {"left":{"indicator":"ema","parameters":{"period":8}},"op":"crosses","right":{"indicator":"ema","parameters":{"period":21}}},
              {"left":{"candle":"close"},"op":"moves","by_pct":0.5,"within_s":300}]}}
            """)))
        {
            Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.Created), await made.Content.ReadAsStringAsync());
        }

        await using var browser = await SignedInPage.OpenAsync(cluster, before: page => page.RouteAsync("**/api/v1/positions?*", route => AddAsync(route, new JsonObject
        {
            // No account here trades the symbol, so a position in it has to come from elsewhere.
            ["account_id"] = Guid.NewGuid().ToString(),
            ["group_id"] = group,
            ["group_name"] = "house_crypto_pepeusdt",
            ["symbol"] = "PEPEUSDT",
            ["side"] = "LONG",
            ["qty"] = 12345678.00000001m,
            ["avg_price"] = 0.0000039433m,
            ["mark_price"] = 0.00000394m,
            ["realized_pnl"] = -0.0021m,
            ["unrealized_pnl"] = 0m,
            ["updated_at"] = "2026-01-01T00:00:00Z",
        })));
        var page = browser.Page;

        await Assertions.Expect(page.GetByTestId("ticker-price")).ToHaveTextAsync(TinyPrice(), new() { Timeout = Patience });
        await Assertions.Expect(page.GetByTestId("event-row").First.Locator("b")).ToHaveTextAsync(TinyPriceAtEnd(), new() { Timeout = Patience });
        await Assertions.Expect(page.GetByTestId("discussion-row").Filter(new() { HasTextRegex = TinyPriceSaid() }).First).ToBeVisibleAsync(new() { Timeout = Patience });
        var position = page.GetByTestId("position-row");
        foreach (var figure in new[] { "12,345,678.00000001", "0.0000039433", "-0.0021" })
        {
            await Assertions.Expect(position).ToContainTextAsync(figure, new() { Timeout = Patience });
        }

        await Assertions.Expect(position.Locator("td").Nth(6)).ToHaveTextAsync(TinyPrice());
        Assert.That(browser.Errors, Is.Empty);
    }

    [Test]
    public async Task Figures_have_the_steps_of_their_symbol_and_times_a_date_and_a_zone()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed: false);
        var (_, token) = await cluster.AddGroupAsync("trade_crypto_btcusdt_15m");
        await using var browser = await SignedInPage.OpenAsync(cluster, "Europe/Berlin");
        var page = browser.Page;
        await using var bot = await Bot.GroupAsync(cluster, token);
        await bot.ReceiveAsync();
        await bot.AskAsync(Bot.Decision("LONG"));

        var order = page.GetByTestId("order-row").And(page.Locator("[data-status=filled]")).First;
        await Assertions.Expect(order.Locator("td").Nth(5)).ToHaveTextAsync(ThreePlaces(), new() { Timeout = Patience });
        await Assertions.Expect(order.Locator("td").Nth(6)).ToHaveTextAsync(OnePlace(), new() { Timeout = Patience });
        await Assertions.Expect(page.GetByTestId("ticker-price")).ToHaveTextAsync(OnePlace());
        await Assertions.Expect(order.Locator("td").First).ToHaveTextAsync(DateAndTime());
        await Assertions.Expect(page.GetByTestId("decision-row").First.Locator("td").First).ToHaveTextAsync(DateAndTime(), new() { Timeout = Patience });
        await Assertions.Expect(page.GetByTestId("time-zone")).ToHaveTextAsync(Berlin());
        // Berlin is an hour or two ahead of UTC, in which the order's time is told.
        var created = (await cluster.ListAsync("/api/v1/orders"))[0]["created_at"]!.GetValue<DateTimeOffset>();
        var there = TimeZoneInfo.ConvertTime(created, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        await Assertions.Expect(order.Locator("td").First).ToContainTextAsync(there.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));
        await EndsAsTheTileAsync(page, "simulated");
        Assert.That(browser.Errors, Is.Empty);
    }

    [Test]
    public async Task Each_mode_is_told_by_itself_and_the_curve_ends_as_its_tile()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed: false);
        await cluster.AddGroupAsync("trade_crypto_btcusdt_15m");
        await Wait.UntilAsync("the simulated account's equity is kept", async () => (await cluster.ListAsync("/api/v1/equity?mode=simulated")).Count > 0);
        Assert.That(await cluster.ListAsync("/api/v1/equity?mode=live"), Is.Empty);
        using (var refused = await cluster.Http.GetAsync(new Uri(cluster.Front, "/api/v1/equity?mode=real")))
        {
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        }

        // A live account needs an exchange; the page is told of one as the services would.
        var live = Guid.NewGuid().ToString();
        await using var browser = await SignedInPage.OpenAsync(cluster, before: async page =>
        {
            await page.RouteAsync("**/api/v1/accounts?*", route => AddAsync(route, Account(live, 8_985_562m)));
            await page.RouteAsync(
                "**/api/v1/equity?mode=live*",
                route => AddAsync(route, Sample(live, "2026-01-01T00:00:05.9Z", 8_985_562m), Sample(live, "2026-01-01T00:00:05.1Z", 7_988_882m)));
        });
        var page = browser.Page;

        var tile = page.GetByTestId("stat-equity").Locator("[data-mode]");
        await Assertions.Expect(tile).ToHaveCountAsync(2, new() { Timeout = Patience });
        await Assertions.Expect(tile.First).ToHaveTextAsync(LiveTile());
        await Assertions.Expect(tile.Nth(1)).ToHaveTextAsync(SimulatedTile());
        await Assertions.Expect(page.GetByTestId("equity-chart")).ToContainTextAsync("Equity · live");
        await EndsAsTheTileAsync(page, "live");
        await page.GetByTestId("equity-chart").GetByText("simulated", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByTestId("equity-chart")).ToContainTextAsync("Equity · simulated");
        await EndsAsTheTileAsync(page, "simulated");
        Assert.That(browser.Errors, Is.Empty);
    }

    private static async Task EndsAsTheTileAsync(IPage page, string mode)
    {
        await Assertions.Expect(page.GetByTestId("equity-end")).ToBeVisibleAsync(new() { Timeout = Patience });
        // Both move with every price, so they are read at once.
        var texts = await page.EvaluateAsync<string[]>(
            $"[`[data-testid=stat-equity] [data-mode={mode}] span`, `[data-testid=equity-end]`].map((s) => document.querySelector(s).textContent)");
        Assert.That(texts[1], Is.EqualTo(texts[0]).And.Match(@"^[\d,]+\.\d\d$"));
    }

    /// <summary>Lets a list come from the service, with <paramref name="items"/> in front.</summary>
    private static async Task AddAsync(IRoute route, params JsonObject[] items)
    {
        var answer = await route.FetchAsync();
        var page = JsonNode.Parse(await answer.TextAsync())!.AsObject();
        if (answer.Status == 200)
        {
            page["items"] = new JsonArray([.. items.Select(i => i.DeepClone()), .. page["items"]!.AsArray().Select(i => i!.DeepClone())]);
        }

        await route.FulfillAsync(new() { Response = answer, Body = page.ToJsonString() });
    }

    private static JsonObject Account(string id, decimal worth) => new()
    {
        ["id"] = id,
        ["name"] = "real money",
        ["exchange"] = "binance",
        ["mode"] = "live",
        ["active"] = true,
        ["groups"] = new JsonArray(),
        ["balance"] = worth,
        ["equity"] = worth,
        ["realized_pnl"] = 0m,
        ["unrealized_pnl"] = 0m,
    };

    private static JsonObject Sample(string account, string at, decimal worth) => new()
    {
        ["account_id"] = account,
        ["mode"] = "live",
        ["balance"] = worth,
        ["equity"] = worth,
        ["created_at"] = at,
    };

    [GeneratedRegex(@"^0\.0000039\d?$")]
    private static partial Regex TinyPrice();

    [GeneratedRegex(@"(at|to) 0\.0000039\d$")]
    private static partial Regex TinyPriceAtEnd();

    [GeneratedRegex(@"price 0\.0000039\d at")]
    private static partial Regex TinyPriceSaid();

    [GeneratedRegex(@"^\d+\.\d{3}$")]
    private static partial Regex ThreePlaces();

    [GeneratedRegex(@"^\d+,\d{3}\.\d$")]
    private static partial Regex OnePlace();

    [GeneratedRegex(@"^\d{1,2} \w{3,4} \d\d:\d\d:\d\d$")]
    private static partial Regex DateAndTime();

    [GeneratedRegex(@"^Times in Europe/Berlin \(UTC\+[12]\)$")]
    private static partial Regex Berlin();

    [GeneratedRegex(@"^8,985,562\.00\s*USDT live$")]
    private static partial Regex LiveTile();

    [GeneratedRegex(@"^[\d,]{7,9}\.\d\d\s*USDT simulated$")]
    private static partial Regex SimulatedTile();
}
