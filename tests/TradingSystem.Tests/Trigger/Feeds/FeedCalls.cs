using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>One call of a feed. <c>Text</c> is all that it told, so that two runs can be compared.</summary>
internal sealed record FeedCall(string Kind, IReadOnlyList<string> Symbols, string Text)
{
    public FeedStatus? Status { get; init; }

    public IReadOnlyList<Candle> Candles { get; init; } = [];

    public Interval Interval { get; init; }

    public IReadOnlyList<Trade> Trades { get; init; } = [];

    public Mark? Mark { get; init; }
}

/// <summary>Writes down every call of a feed, in order.</summary>
internal sealed class FeedCalls : IFeedSink
{
    public const string History = "history";

    private readonly Lock _lock = new();
    private readonly List<FeedCall> _calls = [];

    public IReadOnlyList<FeedCall> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public void Started(FeedStatus status) => Add(new("started", status.Symbols, $"{status.Source} {status.StoredAs} {status.Shortest}") { Status = status });

    void IFeedSink.History(string symbol, Interval interval, IReadOnlyList<Candle> candles, bool derive) =>
        Add(new(History, [symbol], $"{symbol} {interval} {derive}: {string.Join(' ', candles)}") { Candles = [.. candles], Interval = interval });

    public void Trades(IReadOnlyList<Trade> trades) => Add(new("trades", [.. trades.Select(t => t.Symbol)], string.Join(' ', trades)) { Trades = [.. trades] });

    public void Quote(string symbol, decimal bid, decimal ask) => Add(new("quote", [symbol], $"{symbol} {bid} {ask}"));

    public void Mark(Mark mark) => Add(new("mark", [mark.Symbol], $"{mark}") { Mark = mark });

    public void Advance(DateTimeOffset marketTime) => Add(new("advance", [], $"{marketTime:O}"));

    public void Torn() => Add(new("torn", [], ""));

    public void Gap(string symbol, DateTimeOffset until) => Add(new("gap", [symbol], $"{symbol} {until:O}"));

    public IReadOnlyList<LackingBars> Lacking(TimeSpan grace) => [];

    private void Add(FeedCall call)
    {
        lock (_lock)
        {
            _calls.Add(call);
        }
    }
}
