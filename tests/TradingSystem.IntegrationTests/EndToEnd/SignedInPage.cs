using Microsoft.Playwright;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>The page in Debian's chromium, signed in as the administrator, and what went wrong in it.</summary>
internal sealed class SignedInPage : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly List<string> _errors = [];

    private SignedInPage(IPlaywright playwright, IBrowser browser, IBrowserContext context, IPage page)
    {
        (_playwright, _browser, Context, Page) = (playwright, browser, context, page);
        context.Page += (_, opened) => Watch(opened);
        Watch(page);
    }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    /// <summary>What the scripts of all tabs did not catch.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <param name="zone">Where the reader is.</param>
    /// <param name="before">What is to be done with the page before it asks anything.</param>
    public static async Task<SignedInPage> OpenAsync(TradingCluster cluster, string? zone = null, Func<IPage, Task>? before = null)
    {
        Assert.That(File.Exists(Chromium), "chromium is missing: make test installs it where it is root");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1600, Height = 1000 }, TimezoneId = zone });
        var signedIn = new SignedInPage(playwright, browser, context, await context.NewPageAsync());
        await (before?.Invoke(signedIn.Page) ?? Task.CompletedTask);
        await signedIn.Page.GotoAsync(cluster.Front.ToString());
        var form = signedIn.Page.GetByTestId("login-form");
        await form.Locator("input").First.FillAsync(TradingCluster.AdminName);
        await form.Locator("input[type=password]").FillAsync(TradingCluster.Password);
        await form.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(signedIn.Page.GetByTestId("orders")).ToBeVisibleAsync(new() { Timeout = 15_000 });
        return signedIn;
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private void Watch(IPage page) => page.PageError += (_, e) => _errors.Add(e);
}
