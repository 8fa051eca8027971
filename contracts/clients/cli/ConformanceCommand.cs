using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>The C# end of the conformance suite: commands as JSON lines in, what the SDK reports as JSON lines out.</summary>
internal static class ConformanceCommand
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var command = new Command("conformance", "Driver of the SDK conformance suite.") { Hidden = true };
        command.SetAction(async (_, cancellationToken) =>
        {
            await using var driver = new Driver();
            return await driver.RunAsync(cancellationToken);
        });
        return command;
    }

    private sealed class Driver : IAsyncDisposable
    {
        private readonly Lock _writing = new();
        private TradingClient? _client;
        private volatile bool _throws;
        private volatile TaskCompletionSource? _held;

        public async Task<int> RunAsync(CancellationToken cancellationToken)
        {
            while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
            {
                var command = JsonNode.Parse(line)!.AsObject();
                if (command["do"]!.GetValue<string>() == "close")
                {
                    break;
                }

                _ = ObeyAsync(command, cancellationToken);
            }

            return 0;
        }

        public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

        private async Task ObeyAsync(JsonObject command, CancellationToken cancellationToken)
        {
            var result = new JsonObject { ["on"] = "result", ["id"] = command["id"]?.GetValue<string>() };
            try
            {
                switch (command["do"]!.GetValue<string>())
                {
                    case "connect":
                        await ConnectAsync(command, cancellationToken);
                        break;
                    case "decide":
                        result["reply"] = JsonSerializer.SerializeToNode(await _client!.DecideAsync(Decision(command), Deadline(command), cancellationToken), Json);
                        break;
                    case "order":
                        result["order"] = JsonSerializer.SerializeToNode(
                            await _client!.OrderAsync(command["decision_id"]!.GetValue<string>(), Deadline(command), cancellationToken), Json);
                        break;
                    case "cancel":
                        result["reply"] = JsonSerializer.SerializeToNode(
                            command["all"] is null
                                ? await _client!.CancelAsync(command["decision_id"]!.GetValue<string>(), Deadline(command), cancellationToken)
                                : await _client!.CancelAllAsync(Deadline(command), cancellationToken),
                            Json);
                        break;
                    case "protect":
                        result["reply"] = JsonSerializer.SerializeToNode(
                            await _client!.ProtectAsync(command["symbol"]!.GetValue<string>(), Leg(command, "stop_loss"), Leg(command, "take_profit"), Deadline(command), cancellationToken), Json);
                        break;
                    case "request":
                        result["reply"] = JsonSerializer.SerializeToNode(
                            await _client!.RequestAsync(command["frame"]!.AsObject(), deadline: Deadline(command), cancellationToken: cancellationToken),
                            Json);
                        break;
                    case "rest":
                        var query = (command["query"]?.AsObject() ?? []).ToDictionary(q => q.Key, q => (object?)q.Value?.ToString());
                        result["body"] = JsonSerializer.SerializeToNode(await _client!.RestAsync(command["path"]!.GetValue<string>(), query, Deadline(command), cancellationToken));
                        break;
                    case "address":
                        result["address"] = GatewayAddress.Parse(command["url"]!.GetValue<string>()).ToString();
                        break;
                    case "candles":
                        result["candles"] = new JsonArray([.. _client!.Candles.Select(c => new JsonObject { ["open_time"] = JsonValue.Create(c.OpenTime), ["close"] = c.Close })]);
                        break;
                    case "hold":
                        _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
                        break;
                    case "release":
                        _held!.SetResult();
                        break;
                    case "ping":
                        result["ms"] = (await _client!.PingAsync(Deadline(command), cancellationToken)).TotalMilliseconds;
                        break;
                    case "throw":
                        _throws = true;
                        break;
                    case "show":
                        result["text"] = _client!.ToString();
                        break;
                }
            }
            catch (Exception e)
            {
                result["error"] = $"{e.GetType().Name}: {e.Message}";
            }

            Write(result);
        }

        private async Task ConnectAsync(JsonObject command, CancellationToken cancellationToken)
        {
            var options = new TradingClientOptions
            {
                Url = command["url"]!.GetValue<string>(),
                Token = command["token"]!.GetValue<string>(),
                Protocol = command["protocol"]!.GetValue<int>(),
                ResumeFrom = command["resume_from"]?.GetValue<long>(),
                Heartbeat = command["heartbeat_s"] is { } s ? TimeSpan.FromSeconds(s.GetValue<double>()) : null,
                QueueSize = command["queue_size"]?.GetValue<int>() ?? 10_000,
                Market = Pace(command["market"]),
                Candles = command["candles"]?.GetValue<int>(),
                OnAck = f => Report("ack", f),
                OnEvent = f => _throws ? Throw() : EventAsync(f),
                OnOrder = f => Report("order", f),
                OnConfig = f => Report("config", f),
                OnGap = f => Report("gap", f),
                OnDisconnect = f => Report("disconnected", f),
                OnError = (e, _) => Write(new() { ["on"] = "error", ["message"] = e.Message }),
            };
            try
            {
                _client = new(options);
                if (command.ContainsKey("market") || command.ContainsKey("candles"))
                {
                    _client.On<Candle>(f => Report("candle", f));
                    _client.On<Price>(f => Report("price", f));
                    _client.On<CandleHistory>(f => Report("history", f));
                    _client.On<CandleGap>(f => Report("candle_gap", f));
                }

                await _client.StartAsync(cancellationToken);
            }
            catch (StoppedException e)
            {
                Write(new() { ["on"] = "stopped", ["code"] = e.Code, ["reason"] = e.Reason });
                return;
            }

            _ = TellStoppedAsync(_client);
        }

        private async Task TellStoppedAsync(TradingClient client)
        {
            var stopped = await client.Stopped;
            Write(new() { ["on"] = "stopped", ["code"] = stopped.Code, ["reason"] = stopped.Reason });
        }

        private async Task EventAsync(Event frame)
        {
            await Report("event", frame);
            await (_held?.Task ?? Task.CompletedTask);
        }

        private Task Throw()
        {
            _throws = false;
            throw new InvalidDataException("thrown on purpose");
        }

        private Task Report<TFrame>(string on, TFrame frame)
        {
            var line = JsonSerializer.SerializeToNode(frame, Json)!.AsObject();
            line["on"] = on;
            Write(line);
            return Task.CompletedTask;
        }

        private void Write(JsonObject line)
        {
            lock (_writing)
            {
                Console.Out.WriteLine(line.ToJsonString());
                Console.Out.Flush();
            }
        }

        private static TimeSpan? Deadline(JsonObject command) => command["deadline_s"] is { } s ? TimeSpan.FromSeconds(s.GetValue<double>()) : null;

        /// <summary><c>250ms</c>, <c>5s</c>, or 0.</summary>
        private static TimeSpan? Pace(JsonNode? pace) => pace?.ToString() switch
        {
            null => null,
            "0" => TimeSpan.Zero,
            { } text when text.EndsWith("ms", StringComparison.Ordinal) => TimeSpan.FromMilliseconds(double.Parse(text[..^2], System.Globalization.CultureInfo.InvariantCulture)),
            { } text => TimeSpan.FromSeconds(double.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture)),
        };

        private static readonly string[] NotOfTheSignal = ["do", "id", "action", "deadline_s", "margin_usd", "qty", "symbol", "decision_id", "validate_only"];

        private static Leg? Leg(JsonObject command, string name) =>
            !command.TryGetPropertyValue(name, out var price) ? null : price is null ? Client.Leg.None : Client.Leg.At(price.GetValue<decimal>());

        private static Decision Decision(JsonObject command) => new(command["action"]!.GetValue<string>())
        {
            MarginUsd = Amount(command["margin_usd"]),
            Qty = Amount(command["qty"]),
            Signal = new(command.Where(f => !NotOfTheSignal.Contains(f.Key)).Select(f => KeyValuePair.Create(f.Key, Meant(f.Value)))),
            Symbol = command["symbol"]?.GetValue<string>(),
            DecisionId = command["decision_id"]?.GetValue<string>(),
            ValidateOnly = command["validate_only"]?.GetValue<bool>() ?? false,
        };

        /// <summary>A decimal cannot be NaN: the cast is where a bot's author would hear of it.</summary>
        private static decimal Amount(JsonNode? value) => value is JsonObject not ? (decimal)Float(not) : value?.GetValue<decimal>() ?? 0;

        /// <summary>JSON has no NaN: the suite writes <c>{"float":"NaN"}</c>.</summary>
        private static JsonNode? Meant(JsonNode? value) => value is JsonObject not && not.ContainsKey("float") ? JsonValue.Create(Float(not)) : value?.DeepClone();

        private static double Float(JsonObject value) => double.Parse(value["float"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
