using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Npgsql;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.IntegrationTests.Venues;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>The whole product, whose venues are the emulator: a process of its own that is never told who asks.</summary>
internal sealed class VenueCluster : IAsyncDisposable
{
    public const decimal Price = 100_000m;

    private VenueCluster(TradingCluster product, EmulatorProcess emulator) => (Product, Emulator) = (product, emulator);

    public TradingCluster Product { get; }

    public EmulatorProcess Emulator { get; }

    /// <param name="more">Environment variables of every process, over the usual ones.</param>
    public static async Task<VenueCluster> StartAsync(bool distributed = false, string market = "simulated", IReadOnlyDictionary<string, string>? more = null)
    {
        var emulator = await EmulatorProcess.StartAsync();
        try
        {
            foreach (var symbol in new[] { "BTCUSDT", "ETHUSDT" })
            {
                await emulator.SetPriceAsync(new PriceRequest(symbol, symbol == "BTCUSDT" ? Price : 4_000m));
            }

            var settings = Settings(emulator);
            foreach (var (name, value) in more ?? new Dictionary<string, string>())
            {
                settings[name] = value;
            }

            return new VenueCluster(await TradingCluster.StartAsync(distributed, market, settings), emulator);
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }

    public async Task<DeskAccount> OpenAsync(VenueKind venue, bool hedge = false, string feeAsset = "USDT")
    {
        var (key, secret, phrase) = ($"key{Guid.NewGuid():N}", $"secret{Guid.NewGuid():N}", venue == VenueKind.Okx ? "phrase" : null);
        await Emulator.OpenAccountAsync(new AccountRequest(venue, key, secret, phrase ?? "", Hedge: hedge, Demo: venue == VenueKind.Okx, FeeAsset: feeAsset));
        var (group, token) = await Product.AddGroupAsync($"desk_{venue}_{Guid.NewGuid():n}".ToLowerInvariant());
        var body = new JsonObject
        {
            ["name"] = $"{venue}-{key[^6..]}",
            ["exchange"] = venue.ToString().ToLowerInvariant(),
            ["mode"] = "sandbox",
            ["margin_mode"] = "cross",
            ["position_mode"] = hedge ? "hedge" : "oneway",
            ["api_key"] = key,
            ["api_secret"] = secret,
            ["active"] = true,
        };
        if (phrase is not null)
        {
            body["passphrase"] = phrase;
        }

        using var made = await Product.Http.PostAsJsonAsync(new Uri(Product.Front, "/api/v1/accounts"), body);
        var text = await made.Content.ReadAsStringAsync();
        if (!made.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{made.StatusCode} {text}");
        }

        var account = JsonNode.Parse(text)!["id"]!.GetValue<string>();
        await BindAsync(account, group);
        return new DeskAccount(this, venue, key, Guid.Parse(account), group, token);
    }

    public async Task BindAsync(string account, string group) =>
        await Wait.UntilAsync("the group is bound", async () =>
        {
            using var bound = await Product.Http.PutAsync(new Uri(Product.Front, $"/api/v1/accounts/{account}/groups/{group}"), null);
            return bound.IsSuccessStatusCode ? true : throw new InvalidOperationException(await bound.Content.ReadAsStringAsync());
        });

    /// <summary>One column of a query as text.</summary>
    public async Task<List<string>> SqlAsync(string sql, params object[] values)
    {
        await using var source = NpgsqlDataSource.Create(Product.ConnectionString);
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Product.DisposeAsync();
        await Emulator.DisposeAsync();
    }

    private static Dictionary<string, string> Settings(EmulatorProcess emulator)
    {
        var settings = new Dictionary<string, string>
        {
            ["EXECUTION__KEYS__1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["OUTBOUND__ALLOWPRIVATE"] = "127.0.0.1",
            ["EXECUTION__VENUES__RATELIMITFACTOR"] = "1000",
            ["EXECUTION__VENUES__RECVWINDOW"] = "00:00:01.500",
            ["EXECUTION__VENUES__ORDERDEADLINE"] = "00:00:01",
            ["EXECUTION__VENUES__READATTEMPT"] = "00:00:01",
            ["EXECUTION__VENUES__READDEADLINE"] = "00:00:04",
            ["EXECUTION__VENUES__STREAMPING"] = "00:00:00.500",
            ["EXECUTION__VENUES__STREAMSILENCE"] = "00:00:05",
            ["EXECUTION__VENUES__RECONNECTLEAST"] = "00:00:00.050",
            ["EXECUTION__VENUES__RECONNECTMOST"] = "00:00:00.500",
            ["EXECUTION__ORDERSYNCINTERVALS"] = "30",
            // The product's own: an order that no fault lets through ends with its decision's age.
            ["EXECUTION__MAXDECISIONAGE"] = "00:00:30",
        };
        foreach (var (venue, path) in new[] { (VenueKind.Binance, "/private/ws"), (VenueKind.Bybit, "/v5/private"), (VenueKind.Okx, "/ws/v5/private") })
        {
            var prefix = $"EXECUTION__VENUES__HOSTS__{venue.ToString().ToUpperInvariant()}__SANDBOX__";
            settings[prefix + "REST"] = emulator.Rest(venue).ToString();
            settings[prefix + "PRIVATESTREAM"] = emulator.Stream(venue, path).ToString();
        }

        return settings;
    }
}
