using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Accounts;

/// <summary>Follows an account's credentials and the key that encrypts them through everything that the product writes.</summary>
[TestFixture]
public sealed class SecretCanaryTests
{
    private const string ApiKey = "CanaryApiKey0000000000000009999";
    private const string Secret = "CanarySecret000000000000000000";
    private const string Other = "CanaryOther0000000000000000000";

    [Test]
    public async Task Credentials_appear_in_no_log_trace_metric_queue_table_answer_or_error()
    {
        var key = AccountsHost.Key();
        var (telemetry, otlp) = (new ConcurrentQueue<byte[]>(), OwnProcess.FreePort());
        using var sink = Listen(otlp, context => (200, Keep(telemetry, context)));
        // A venue that repeats in its errors whatever it was sent.
        var answers = new ConcurrentQueue<(int Status, string Body)>();
        var venuePort = OwnProcess.FreePort();
        using var venue = Listen(venuePort, context => Answer(context, answers));
        var rest = $"http://127.0.0.1:{venuePort}";
        await using var cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string>
        {
            ["EXECUTION__KEYS__1"] = key,
            ["OUTBOUND__ALLOWPRIVATE"] = "127.0.0.1",
            ["EXECUTION__VENUES__HOSTS__BINANCE__SANDBOX__REST"] = rest,
            ["EXECUTION__VENUES__HOSTS__BINANCE__LIVE__REST"] = rest,
            ["EXECUTION__VENUES__HOSTS__BINANCE__SANDBOX__PRIVATESTREAM"] = "ws://127.0.0.1:9",
            ["EXECUTION__VENUES__HOSTS__BINANCE__LIVE__PRIVATESTREAM"] = "ws://127.0.0.1:9",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{otlp}",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["LOGGING__LOGLEVEL__DEFAULT"] = "Debug",
            ["LOGGING__LOGLEVEL__MICROSOFT.ASPNETCORE"] = "Debug",
            ["LOGGING__LOGLEVEL__MICROSOFT.ENTITYFRAMEWORKCORE"] = "Debug",
            ["LOGGING__LOGLEVEL__SYSTEM.NET.HTTP"] = "Debug",
        });
        var texts = new List<string>();
        async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(HttpMethod method, string path, object? body = null)
        {
            using var request = new HttpRequestMessage(method, new Uri(cluster.Front, $"/api/v1/accounts{path}")) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await cluster.Http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            texts.Add(text + answer.Headers);
            return (answer.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
        }

        var account = new { name = "canary", exchange = "binance", mode = "sandbox", api_key = ApiKey, api_secret = Secret };
        answers.Enqueue((401, $$"""{"code":-2015,"msg":"Invalid API-key {{ApiKey}}, IP, or permissions for action."}"""));
        var (refused, why) = await SendAsync(HttpMethod.Post, "", account);
        Assert.That((refused, (string)why["detail"]![0]!["rule"]!), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "permission_or_key")), texts[^1]);
        answers.Enqueue((503, $"gone {ApiKey} {Secret}"));
        var (created, made) = await SendAsync(HttpMethod.Post, "", account);
        Assert.That((created, (string)made["credential_status"]!, (string)made["api_key_hint"]!), Is.EqualTo((HttpStatusCode.Created, "unverified", "9999")), texts[^1]);
        var id = (string)made["id"]!;
        await SendAsync(HttpMethod.Post, "", account);
        await SendAsync(HttpMethod.Post, "", new { name = "canary2", exchange = ApiKey, api_secret = new[] { Secret } });
        await SendAsync(HttpMethod.Patch, $"/{id}", new { api_key = ApiKey, api_secret = Other });
        await SendAsync(HttpMethod.Patch, $"/{id}", new { mode = "live", api_key = ApiKey, api_secret = Other });
        foreach (var path in new[] { "activate", "verify", "deactivate" })
        {
            await SendAsync(HttpMethod.Post, $"/{id}/{path}");
        }

        await SendAsync(HttpMethod.Get, "");
        await SendAsync(HttpMethod.Get, $"/{id}");
        await SendAsync(HttpMethod.Get, $"/{id}/audit");
        texts.Add(await cluster.Http.GetStringAsync(new Uri(cluster.Front, "/openapi/v1.json")));
        await Wait.UntilAsync("telemetry came in", () => Task.FromResult(telemetry.Count > 20));
        await cluster.TerminateAsync("standalone");

        foreach (var secret in new[] { ApiKey, Secret, Other, key })
        {
            Assert.Multiple(async () =>
            {
                Assert.That(texts.Where(t => t.Contains(secret, StringComparison.OrdinalIgnoreCase)), Is.Empty, "answers");
                Assert.That(telemetry.Count(body => body.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) >= 0), Is.Zero, "telemetry");
                Assert.That(cluster.WholeLog("standalone"), Does.Not.Contain(secret), "log");
                Assert.That(await TablesWithAsync(cluster.ConnectionString, secret), Is.Empty, "tables, the bus log among them");
            });
        }

        Assert.That(cluster.WholeLog("standalone"), Does.Contain("created by admin"), "a log that says nothing proves nothing");
    }

    private static HttpListener Listen(int port, Func<HttpListenerContext, (int Status, string Body)> answer)
    {
        var listener = new HttpListener();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    var (status, body) = answer(context);
                    context.Response.StatusCode = status;
                    context.Response.ContentType = "application/json";
                    await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // Stopped.
            }
        });
        return listener;
    }

    private static string Keep(ConcurrentQueue<byte[]> bodies, HttpListenerContext context)
    {
        using var body = new MemoryStream();
        context.Request.InputStream.CopyTo(body);
        bodies.Enqueue(body.ToArray());
        return "";
    }

    /// <summary>The time when it is asked, else what the test said last.</summary>
    private static (int Status, string Body) Answer(HttpListenerContext context, ConcurrentQueue<(int Status, string Body)> answers) =>
        context.Request.Url!.AbsolutePath.EndsWith("/time", StringComparison.Ordinal)
            ? (200, $$"""{"serverTime":{{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}}}""")
            : answers.LastOrDefault();

    private static async Task<List<string>> TablesWithAsync(string connection, string secret)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        var tables = new List<string>();
        await using (var list = database.CreateCommand("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"))
        await using (var rows = await list.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                tables.Add(rows.GetString(0));
            }
        }

        var found = new List<string>();
        foreach (var table in tables)
        {
            // bytea shows as hexadecimal digits.
            await using var search = database.CreateCommand($"select count(*) from {table} t where t::text like $1 or t::text like $2");
            search.Parameters.AddWithValue($"%{secret}%");
            search.Parameters.AddWithValue($"%{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret))}%");
            if ((long)(await search.ExecuteScalarAsync())! > 0)
            {
                found.Add(table);
            }
        }

        return found;
    }
}
