using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>
/// A group that has one of everything: an order and its fill, a position with protection and a move of it, a limit order that rests, a discussion.
/// </summary>
internal sealed class TradedGroup
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // One page shows it all.
    private static readonly string[] Lists = ["orders", "orders/open", "fills", "positions", "protections", "discussions"];

    private readonly Dictionary<string, IReadOnlyList<JsonNode>> _lists = [];

    private TradedGroup(string name, string id, string token) => (Name, Id, Token) = (name, id, token);

    public string Name { get; }

    public string Id { get; }

    public string Token { get; }

    /// <summary>Of a move of its protection.</summary>
    public string Move { get; private set; } = "";

    public string Order => Text(_lists["orders"][0], "id");

    public string Discussion => Text(_lists["discussions"][0], "id");

    public string Account => Text(_lists["orders"][0], "account_id");

    /// <summary>Everything by which this group could be known in an answer.</summary>
    public IReadOnlySet<string> Marks =>
        _lists.Values.SelectMany(rows => rows).SelectMany(r => new[] { "id", "order_id", "decision_id", "client_order_id", "client_decision_id" }.Select(f => (string?)r[f]))
            .OfType<string>().Concat([Id, Name, Move]).ToHashSet();

    /// <summary>How many rows a list of the group has.</summary>
    public int Rows(string list) => _lists[list].Count;

    /// <summary>
    /// A new group that trades on an account which fills at once, where its protection waits here, and then on <paramref name="account"/>, a simulated
    /// exchange, where a limit order rests.
    /// </summary>
    public static async Task<TradedGroup> OpenAsync(TradingCluster cluster, string name, string account)
    {
        var (id, token) = await cluster.AddGroupAsync(name);
        var group = new TradedGroup(name, id, token);
        await using (var bot = await Bot.GroupAsync(cluster, token))
        {
            await bot.ReceiveAsync();
            await bot.AskAsync(Discussed(id, name));
            await group.HoldAsync(cluster, bot, new() { ["stop_loss"] = 1m, ["take_profit"] = 10_000_000m });
            group.Move = await MoveAsync(cluster, id);
            await bot.AskAsync(Decision(new() { ["action"] = "CLOSE", ["qty"] = 0.0, ["margin_usd"] = 0m }, $"{name}-closes"));
            await BindAsync(cluster, account, id);
            await group.HoldAsync(cluster, bot, []);
            await bot.AskAsync(Decision(new() { ["action"] = "LONG", ["qty"] = 0.5m, ["margin_usd"] = 50m, ["order_type"] = "limit", ["price"] = 1_000m }, $"{name}-rests"));
        }

        await Wait.UntilAsync($"{name} has one of everything", async () =>
        {
            foreach (var list in Lists)
            {
                group._lists[list] = await cluster.ListAsync($"/api/v1/{list}?group_id={id}&limit=1000");
            }

            // Decisions keep their order: with the last of them resting, and nothing else, all are done and no list moves any more. Lists are not read at one moment.
            return Lists.All(l => group.Rows(l) > 0)
                && group._lists["orders/open"].All(o => Text(o, "type") == "limit" && group._lists["orders"].Any(a => Text(a, "id") == Text(o, "order_id")))
                ? true
                : throw new InvalidOperationException(string.Join(", ", Lists.Select(l => $"{l} {group.Rows(l)}")));
        });
        return group;
    }

    /// <summary>A simulated exchange.</summary>
    public static async Task<string> AddAccountAsync(TradingCluster cluster)
    {
        using var made = await cluster.Http.PostAsJsonAsync(new Uri(cluster.Front, "/api/v1/accounts"), new JsonObject
        {
            ["name"] = $"exchange-{Guid.NewGuid():n}",
            ["exchange"] = "simulated",
            ["fill_model"] = "exchange",
            ["position_mode"] = "oneway",
            ["initial_balance"] = 100_000m,
            ["active"] = true,
        });
        var text = await made.Content.ReadAsStringAsync();
        return made.IsSuccessStatusCode ? Text(JsonNode.Parse(text)!, "id") : throw new InvalidOperationException($"{made.StatusCode} {text}");
    }

    /// <summary>Opens a position; again until there is a price.</summary>
    private Task HoldAsync(TradingCluster cluster, Bot bot, JsonObject more) =>
        Wait.UntilAsync("a position is held", async () =>
        {
            var signal = more.DeepClone().AsObject();
            (signal["action"], signal["qty"], signal["margin_usd"]) = ("LONG", 0.0, 50m);
            await bot.AskAsync(Decision(signal, $"{Name}-{Guid.NewGuid():n}"));
            return await Wait.ForAsync("it is there", TimeSpan.FromSeconds(5), async () =>
                (await cluster.ListAsync($"/api/v1/positions?group_id={Id}")).FirstOrDefault(p => Text(p, "side") == "LONG")) is not null;
        });

    private static Task BindAsync(TradingCluster cluster, string account, string group) =>
        Wait.UntilAsync("the group is bound", async () =>
        {
            using var bound = await cluster.Http.PutAsync(new Uri(cluster.Front, $"/api/v1/accounts/{account}/groups/{group}"), null);
            return bound.IsSuccessStatusCode ? true : throw new InvalidOperationException(await bound.Content.ReadAsStringAsync());
        });

    private static JsonObject Decision(JsonObject signal, string key)
    {
        var frame = Bot.Decision("LONG", decisionId: key);
        frame["payload"] = new JsonObject { ["source_id"] = "test_bot", ["symbol"] = "BTCUSDT", ["signal"] = signal }.ToJsonString();
        return frame;
    }

    private static JsonObject Discussed(string id, string name) => new()
    {
        ["type"] = "system",
        ["level"] = "info",
        ["code"] = "TRADING_GROUP_DISCUSSION_LOG",
        ["message"] = $"{name} has spoken",
        ["detail"] = new JsonObject
        {
            ["group_id"] = id,
            ["member_opinions"] = new JsonArray(new JsonObject { ["member"] = name, ["opinion"] = "buy" }),
            ["decision"] = new JsonObject { ["action"] = "LONG" },
        },
    };

    private static async Task<string> MoveAsync(TradingCluster cluster, string id)
    {
        using var moved = await cluster.Http.PutAsJsonAsync(new Uri(cluster.Front, $"/api/v1/protections/{id}/BTCUSDT"), new JsonObject { ["stop_loss"] = 2m });
        var text = await moved.Content.ReadAsStringAsync();
        return moved.IsSuccessStatusCode ? Text(JsonNode.Parse(text)!, "id") : throw new InvalidOperationException($"{moved.StatusCode} {text}");
    }

    private static string Text(JsonNode row, string field) => row[field]!.GetValue<string>();
}
