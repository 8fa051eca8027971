using Microsoft.Playwright;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>The page in Debian's chromium, against the whole product.</summary>
[TestFixture]
public sealed class PageTests
{
    [Test]
    public async Task A_trader_signs_in_and_sees_an_order_arrive_live()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed: false);
        var (_, token) = await cluster.AddGroupAsync("trade_crypto_btcusdt_15m");
        await using var browser = await SignedInPage.OpenAsync(cluster);
        var page = browser.Page;
        await using var bot = await Bot.GroupAsync(cluster, token);
        await bot.ReceiveAsync();
        await bot.AskAsync(Bot.Decision("LONG"));

        var row = page.GetByTestId("order-row").And(page.Locator("[data-status=filled]")).First;
        await Assertions.Expect(row).ToBeVisibleAsync(new() { Timeout = 10_000 });
        await Assertions.Expect(row).ToContainTextAsync("BTCUSDT");
        await Assertions.Expect(page.GetByTestId("positions")).ToContainTextAsync("BTCUSDT");
        Assert.That(browser.Errors, Is.Empty);

        // A second tab is signed in without typing, and is told when the first one signs out.
        var second = await browser.Context.NewPageAsync();
        var addresses = new List<string>();
        second.WebSocket += (_, socket) => addresses.Add(socket.Url);
        await second.GotoAsync(cluster.Front.ToString());
        await Assertions.Expect(second.GetByTestId("connection")).ToHaveAttributeAsync("data-state", "live", new() { Timeout = 15_000 });
        Assert.That(addresses, Has.Count.EqualTo(1).And.All.Contains("/hubs/live?ticket=").And.None.Contains("eyJ"), "no token in an address");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByTestId("login-form")).ToBeVisibleAsync(new() { Timeout = 15_000 });
        await Assertions.Expect(second.GetByTestId("login-reason")).ToContainTextAsync("signed out in another tab", new() { Timeout = 15_000 });
        Assert.That(browser.Errors, Is.Empty);
    }

    [Test]
    public async Task What_the_diary_had_not_written_when_the_page_asked_and_nobody_told_it_live_is_shown_later()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed: false);
        var (_, token) = await cluster.AddGroupAsync("trade_crypto_btcusdt_15m");
        await using (var bot = await Bot.GroupAsync(cluster, token))
        {
            await bot.ReceiveAsync();
            await bot.AskAsync(Bot.Decision("LONG"));
            await Wait.UntilAsync("it is in the diary", async () => (await cluster.ListAsync("/api/v1/events?event_type=post_trade")).Count == 1);
        }

        // As of a diary that lags: at the beginning, and when the page is connected.
        var answers = 0;
        await using var browser = await SignedInPage.OpenAsync(cluster, before: page => page.RouteAsync("**/api/v1/events?event_type=post_trade*", async route =>
        {
            if (Interlocked.Increment(ref answers) > 2)
            {
                await route.ContinueAsync();
            }
            else
            {
                await route.FulfillAsync(new() { ContentType = "application/json", Body = """{"items":[],"next":null}""" });
            }
        }));

        await Assertions.Expect(browser.Page.GetByTestId("decision-row").First).ToBeVisibleAsync(new() { Timeout = (float)Wait.Most.TotalMilliseconds });
        Assert.That(answers, Is.GreaterThan(2));
        Assert.That(browser.Errors, Is.Empty);
    }
}
