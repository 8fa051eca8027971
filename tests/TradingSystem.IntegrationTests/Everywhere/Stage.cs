using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TradingSystem.IntegrationTests.Execution.Desk;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>
/// The whole product with accounts of every kind, and one price for all of them, which the test sets: the product's live feed reads it from a
/// played market, the emulated exchanges have it from the test.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    public const decimal Price = VenueCluster.Price;

    private const decimal UsualQty = 100m;

    private readonly PlayedMarket _market;
    private TradingAccount? _watcher;

    private Stage(VenueCluster cluster, PlayedMarket market) => (Cluster, _market) = (cluster, market);

    public VenueCluster Cluster { get; }

    public TradingCluster Product => Cluster.Product;

    /// <summary>The process that decides and trades.</summary>
    public string Execution => Product.Killable.Contains("execution") ? "execution" : "standalone";

    /// <param name="settings">Environment variables of every process, over the usual ones.</param>
    public static async Task<Stage> StartAsync(bool distributed = false, IReadOnlyDictionary<string, string>? settings = null)
    {
        var market = await PlayedMarket.StartAsync();
        try
        {
            foreach (var (symbol, price) in new[] { ("BTCUSDT", Price), ("ETHUSDT", 4_000m) })
            {
                market.Quote(symbol, price);
                market.Trade(symbol, price, UsualQty);
            }

            var all = market.Settings.ToDictionary();
            foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            {
                all[name] = value;
            }

            var stage = new Stage(await VenueCluster.StartAsync(distributed, "live", all), market);
            await stage.PriceAsync(Price);
            return stage;
        }
        catch
        {
            await market.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new group on a new account of this kind.</summary>
    public async Task<TradingAccount> OpenAsync(AccountKind kind, bool hedge = false)
    {
        if (kind.Emulated() is { } venue)
        {
            var desk = await Cluster.OpenAsync(venue, hedge);
            return new(Cluster, kind, desk.Id, desk.Group, desk.Token, desk.Key);
        }

        var (group, token) = await Product.AddGroupAsync($"{kind}_{Guid.NewGuid():n}".ToLowerInvariant());
        using var made = await Product.Http.PostAsJsonAsync(new Uri(Product.Front, "/api/v1/accounts"), new JsonObject
        {
            ["name"] = $"{kind}-{Guid.NewGuid():n}",
            ["exchange"] = "simulated",
            ["fill_model"] = kind == AccountKind.Instant ? "instant" : "exchange",
            ["position_mode"] = hedge ? "hedge" : "oneway",
            ["initial_balance"] = 100_000m,
            ["active"] = true,
        });
        var text = await made.Content.ReadAsStringAsync();
        var account = made.IsSuccessStatusCode ? JsonNode.Parse(text)!["id"]!.GetValue<string>() : throw new InvalidOperationException($"{made.StatusCode} {text}");
        await Cluster.BindAsync(account, group);
        return new(Cluster, kind, Guid.Parse(account), group, token, null);
    }

    /// <summary>One price everywhere; ends when execution has seen it.</summary>
    /// <param name="qty">Base units of each trade that the feed tells from now on.</param>
    public async Task PriceAsync(decimal price, string symbol = "BTCUSDT", decimal qty = UsualQty)
    {
        await Cluster.Emulator.SetPriceAsync(new(symbol, price));
        // Quotes first: nobody is to see the new price beside an old bid or ask.
        _market.Quote(symbol, price);
        _market.Silent = false;
        await Wait.UntilAsync($"bid and ask are {price}", async () =>
            (await Product.ListAsync("/api/v1/prices")).Single(p => p["symbol"]!.GetValue<string>() == symbol) is var tick && Number(tick["bid"]) == price && Number(tick["ask"]) == price);
        _market.Trade(symbol, price, qty);
        if (symbol == "BTCUSDT")
        {
            await SeenAsync(price);
        }
    }

    /// <summary>The feed stands still; the exchanges go on at their last price. Prices age from now on.</summary>
    public void Silence() => _market.Silent = true;

    /// <summary>The feed goes on where it stood still.</summary>
    public void Resume() => _market.Silent = false;

    /// <summary>SIGKILL of whatever decides and trades, then a new process.</summary>
    public Task KillAsync() => Product.KillAndRestartAsync(Execution, TimeSpan.Zero);

    public Task<List<string>> SqlAsync(string sql, params object[] values) => Cluster.SqlAsync(sql, values);

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await _market.DisposeAsync();
    }

    /// <summary>Execution tells the price that it knows with every position.</summary>
    private async Task SeenAsync(decimal price)
    {
        if (_watcher is null)
        {
            _watcher = await OpenAsync(AccountKind.Instant);
            await Wait.UntilAsync("the first order is filled", async () =>
                (await _watcher.TradeAsync("LONG"))["status"]!.GetValue<string>() == "filled");
        }

        await Wait.UntilAsync($"execution knows the price {price}", async () =>
            Number((await _watcher.PositionAsync())?["mark_price"]) == price);
    }

    private static decimal? Number(JsonNode? value) => value is null ? null : decimal.Parse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
