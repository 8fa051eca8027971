using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Controls;

/// <summary>A bot that decides as fast as it is answered, and comes back whenever it is put out.</summary>
internal sealed class Trader(TradingCluster cluster, string token) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _trading = Task.CompletedTask;

    /// <summary>Ids of the decisions that were accepted.</summary>
    public ConcurrentQueue<string> Accepted { get; } = new();

    /// <summary>Codes of those that were not.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    public ConcurrentQueue<string> Closed { get; } = new();

    public void Start() => _trading = Task.Run(TradeAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _trading;
        _stop.Dispose();
    }

    private async Task TradeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await using var bot = await Bot.GroupAsync(cluster, token);
            try
            {
                await SessionAsync(bot);
            }
            catch (Exception e) when (e is InvalidOperationException or WebSocketException or OperationCanceledException)
            {
                Closed.Enqueue(bot.CloseReason ?? e.Message);
            }
        }
    }

    private async Task SessionAsync(Bot bot)
    {
        if (await bot.ReceiveAsync() is null)
        {
            Closed.Enqueue(bot.CloseReason ?? "");
            return;
        }

        for (var n = 0; !_stop.IsCancellationRequested; n++)
        {
            var reply = await bot.AskAsync(Bot.Decision(n % 3 == 2 ? "SHORT" : "LONG"));
            if (reply["message"]!.GetValue<string>() == "accepted")
            {
                Accepted.Enqueue(reply["id"]!.GetValue<string>());
            }
            else
            {
                Refused.Enqueue(reply["code"]?.GetValue<string>() ?? reply["message"]!.GetValue<string>());
                await Task.Delay(5);
            }
        }
    }

    public JsonObject Counts() => new() { ["accepted"] = Accepted.Count, ["refused"] = Refused.Count, ["closed"] = new JsonArray([.. Closed.Select(c => (JsonNode)c)]) };
}
