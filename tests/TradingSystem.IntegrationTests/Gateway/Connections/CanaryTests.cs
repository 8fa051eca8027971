using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Npgsql;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Connections;

/// <summary>Follows a token through everything that the product writes.</summary>
public sealed class CanaryTests
{
    [Test]
    public async Task A_token_appears_in_no_log_trace_metric_queue_table_or_error()
    {
        var telemetry = new ConcurrentQueue<byte[]>();
        var port = OwnProcess.FreePort();
        using var sink = new HttpListener();
        sink.Prefixes.Add($"http://127.0.0.1:{port}/");
        sink.Start();
        var listening = ListenAsync(sink, telemetry);
        var cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["LOGGING__LOGLEVEL__DEFAULT"] = "Debug",
            ["LOGGING__LOGLEVEL__MICROSOFT.ASPNETCORE"] = "Debug",
        });
        await using var stopped = cluster;
        var (groupId, token) = await cluster.AddGroupAsync("canary");
        var triggerToken = await cluster.AddTriggerAsync("canary_trigger");
        await using (var trigger = await Bot.TriggerAsync(cluster, triggerToken))
        await using (var bot = await Bot.ConnectAsync(cluster.Socket, $"trading_group_token={token}&features=orders,resume,config"))
        {
            await bot.ReceiveAsync();
            await trigger.ReceiveAsync();
            await trigger.AskAsync(Bot.Immediate("canary", "{}", "canary"));
            await bot.AskAsync(Bot.Decision("LONG"));
            await bot.SendAsync("not json");
            var error = await bot.ReplyAsync();
            Assert.That(error.ToJsonString(), Does.Not.Contain(token));
            await using var second = await Bot.ConnectAsync(cluster.Socket, $"trading_group_token={token}&trigger_token={triggerToken}");
            Assert.That(await second.ReceiveAsync(), Is.Null);
            Assert.That(second.CloseReason, Is.EqualTo("BOTH_TOKENS"));
        }

        using (var wrong = await cluster.Http.GetAsync(new Uri(cluster.Front, $"/ws/events?trading_group_token={token}")))
        {
            Assert.That(await wrong.Content.ReadAsStringAsync(), Does.Not.Contain(token));
        }

        await AskOverRestAsync(cluster, token, triggerToken);
        await cluster.RevokeAsync(groupId);
        await AskOverRestAsync(cluster, token, triggerToken);
        await Wait.UntilAsync("telemetry came in", () => Task.FromResult(telemetry.Count > 20));
        await cluster.TerminateAsync("standalone");
        sink.Stop();
        await listening;

        // The secret without its prefix: however it is cut, this part would show.
        foreach (var secret in new[] { token[3..], triggerToken[3..] })
        {
            Assert.Multiple(async () =>
            {
                Assert.That(telemetry.Count(body => body.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) >= 0), Is.Zero, "telemetry");
                Assert.That(cluster.WholeLog("standalone"), Does.Not.Contain(secret), "log");
                Assert.That(await TablesWithAsync(cluster.ConnectionString, secret), Is.Empty, "tables, the bus log among them");
            });
        }

        Assert.That(cluster.WholeLog("standalone"), Does.Contain("Hosting started"), "a log that says nothing proves nothing");
    }

    /// <summary>What is open to it, what is not, what is nowhere, and what is for anybody.</summary>
    private static async Task AskOverRestAsync(TradingCluster cluster, params string[] tokens)
    {
        using var client = new HttpClient();
        foreach (var (token, path) in tokens.SelectMany(t => new[] { "/api/v1/orders", "/state", "/nowhere", "/livez", "/api/v1/groups?group=x" }.Select(p => (t, p))))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(cluster.Front, path));
            request.Headers.Authorization = new("Bearer", token);
            using var answer = await client.SendAsync(request);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Not.Contain(token));
        }
    }

    private static async Task ListenAsync(HttpListener sink, ConcurrentQueue<byte[]> bodies)
    {
        try
        {
            while (true)
            {
                var context = await sink.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                bodies.Enqueue(body.ToArray());
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

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
            await using var search = database.CreateCommand($"select count(*) from {table} t where t::text like $1");
            search.Parameters.AddWithValue($"%{secret}%");
            if ((long)(await search.ExecuteScalarAsync())! > 0)
            {
                found.Add(table);
            }
        }

        return found;
    }
}
