using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace TradingSystem.Benchmarks.Load.Peers;

/// <summary>Creates groups, triggers and tokens over the gateway's REST, several at a time. Groups are kept and used again.</summary>
internal sealed class Admin : IDisposable
{
    private const string Issuer = "trading-system";
    private const int AtOnce = 16;

    private readonly HttpClient _http;
    private readonly List<(string Id, List<string> Tokens)> _groups = [];
    private readonly List<string> _triggers = [];

    public Admin(Uri gateway, string jwtKey)
    {
        _http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(30) };
        // The dashboard, which issues tokens, does not run while the gateway is measured.
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Issuer,
            Expires = TimeProvider.System.GetUtcNow().AddHours(12).UtcDateTime,
            Claims = new Dictionary<string, object> { ["sub"] = "load", ["role"] = "admin" },
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(jwtKey)), SecurityAlgorithms.HmacSha256),
        });
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<IReadOnlyList<string>> GroupsAsync(int groups, int perGroup)
    {
        var first = _groups.Count;
        var created = new (string Id, List<string> Tokens)[Math.Max(0, groups - first)];
        await InParallelAsync(created.Length, async i => created[i] = (await CreateGroupAsync($"load_crypto_btcusdt_{first + i}"), []));
        _groups.AddRange(created);

        var wanted = _groups.Take(groups).ToList();
        var missing = wanted.SelectMany(g => Enumerable.Repeat(g, Math.Max(0, perGroup - g.Tokens.Count))).ToList();
        var tokens = new string[missing.Count];
        await InParallelAsync(missing.Count, async i => tokens[i] = await CreateTokenAsync($"/api/v1/groups/{missing[i].Id}/tokens"));
        for (var i = 0; i < missing.Count; i++)
        {
            missing[i].Tokens.Add(tokens[i]);
        }

        return [.. wanted.SelectMany(g => g.Tokens.Take(perGroup)).Select(t => $"trading_group_token={t}&features=orders")];
    }

    public async Task<IReadOnlyList<string>> TriggersAsync(int count)
    {
        while (_triggers.Count < count)
        {
            var id = await PostAsync(
                "/api/v1/triggers",
                new JsonObject { ["name"] = $"load_trigger_{_triggers.Count}", ["provider_name"] = "load", ["model_name"] = "load" }, "id");
            _triggers.Add(await CreateTokenAsync($"/api/v1/triggers/{id}/tokens"));
        }

        return [.. _triggers.Take(count).Select(t => $"trigger_token={t}")];
    }

    public async Task<string> HookAsync()
    {
        var secret = await PostAsync(
            "/api/v1/hooks",
            JsonNode.Parse("""{"name":"load","auth":{"kind":"path"},"targets":["nobody"],"title":"{{ body.ticker }}","key":"{{ body.id }}","numbers":["price"],"rate_per_minute":10000}""")!
                .AsObject(), "secret");
        return $"/hooks/load/{secret}";
    }

    public void Dispose() => _http.Dispose();

    private static Task InParallelAsync(int count, Func<int, Task> create) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => await create(i));

    private Task<string> CreateGroupAsync(string name) => PostAsync("/api/v1/groups", new JsonObject
    {
        ["name"] = name,
        ["market"] = "crypto",
        ["symbol"] = "BTCUSDT",
        ["interval"] = "15m",
        ["leverage"] = 10,
        ["margin_usdt"] = 100,
        ["position_mode"] = "oneway",
        ["hosted"] = false,
        ["members"] = new JsonArray(new JsonObject
        {
            ["name"] = "Leader",
            ["role"] = "group_leader",
            ["provider"] = "load",
            ["model"] = "load",
            ["system_prompt"] = "",
        }),
    }, "id");

    private Task<string> CreateTokenAsync(string path) => PostAsync(path, [], "token");

    private async Task<string> PostAsync(string path, JsonObject body, string field)
    {
        using var answer = await _http.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)![field]!.GetValue<string>()
            : throw new InvalidOperationException($"{path}: {answer.StatusCode} {text}");
    }
}
