using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Publishing;

namespace TradingSystem.Trigger.Rules;

/// <summary>Shows closed bars to the rules and turns what they say into events, no more often than the cooldown allows.</summary>
public sealed partial class RuleEngine(RuleOptions options, EventPublisher publisher, TimeProvider time, ILogger<RuleEngine> log) : ICandleListener
{
    private const int Priority = 6;

    private static readonly Guid Namespace = new("6f0ff6f0-51c1-5f0e-9a6b-3d5f6d2a7c11");
    private static readonly ActivitySource Activities = new("TradingSystem.Trigger");

    private readonly Dictionary<string, List<Watch>> _watches = [];
    private readonly string _process = Guid.NewGuid().ToString("n");
    private FeedStatus? _status;

    public void Started(FeedStatus status)
    {
        _status = status;
        _watches.Clear();
        if (!options.Enabled)
        {
            return;
        }

        var wanted = options.Symbols.ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var symbol in status.Symbols.Where(s => status.Source == FeedStatus.Replay || wanted.Contains(s)))
        {
            _watches[symbol] = [.. options.Create().Select(r => new Watch(r))];
        }
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed)
    {
        if (interval != _status?.RuleInterval || !_watches.TryGetValue(symbol, out var watches))
        {
            return;
        }

        foreach (var watch in watches)
        {
            watch.Reset();
            foreach (var candle in closed)
            {
                watch.Observe(candle, interval);
            }
        }
    }

    public void Closed(Candle candle)
    {
        if (_status is not { } status || candle.Interval != status.RuleInterval.Name || !_watches.TryGetValue(candle.Symbol, out var watches))
        {
            return;
        }

        foreach (var watch in watches)
        {
            if (watch.Observe(candle, status.RuleInterval) is { } signal && watch.MayRaise(time, status.Source == FeedStatus.Replay ? options.ReplayCooldown : options.Cooldown))
            {
                var raised = Event(status, watch.Rule.Name, candle, signal);
                RuleEngineLog.Raised(log, raised.Title, raised.Id);
                publisher.Enqueue(raised);
            }
        }
    }

    private ImmediateEvent Event(FeedStatus status, string rule, Candle candle, RuleSignal signal)
    {
        using var activity = Activities.StartActivity("rule.raise");
        var marketTime = candle.OpenTime + status.RuleInterval.Length;
        // Two nodes on one market raise the same event; a second run of a replay raises new ones.
        var run = status.Source == FeedStatus.Replay ? _process : status.StoredAs;
        var id = NameBasedGuid.Create(Namespace, string.Create(CultureInfo.InvariantCulture, $"{rule}|{candle.Symbol}|{candle.Interval}|{marketTime:O}|{signal.Direction}|{run}"));
        var payload = new JsonObject
        {
            ["rule"] = rule,
            ["symbol"] = candle.Symbol,
            ["interval"] = candle.Interval,
            ["direction"] = signal.Direction,
            ["price"] = signal.Price,
        };
        foreach (var (name, value) in signal.Values)
        {
            payload[name] = value?.DeepClone();
        }

        payload["market_time"] = marketTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return new ImmediateEvent(
            id,
            $"rule:{rule}:{candle.Symbol}",
            Priority,
            [$"symbol:{candle.Symbol}"],
            $"{candle.Symbol} {signal.Text}",
            payload.ToJsonString(),
            ["rule", rule, signal.Direction, candle.Interval, status.Source],
            null,
            id.ToString(),
            time.GetUtcNow(),
            activity?.Id);
    }

    private sealed class Watch(IRule rule)
    {
        private long? _raisedAt;
        private DateTimeOffset? _next;

        public IRule Rule => rule;

        public void Reset()
        {
            rule.Reset();
            _next = null;
        }

        public RuleSignal? Observe(Candle candle, Interval interval)
        {
            if (_next is { } next && candle.OpenTime != next)
            {
                rule.Gap();
            }

            _next = candle.OpenTime + interval.Length;
            return rule.Observe(candle);
        }

        public bool MayRaise(TimeProvider time, TimeSpan cooldown)
        {
            if (_raisedAt is { } before && time.GetElapsedTime(before) < cooldown)
            {
                return false;
            }

            _raisedAt = time.GetTimestamp();
            return true;
        }
    }
}

internal static partial class RuleEngineLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Title} (event {EventId})")]
    public static partial void Raised(ILogger logger, string title, Guid eventId);
}
