using System.Globalization;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>Three symbols live from an exchange on this machine, with marks and quotes beside the trades, and a connection that is lost on the way.</summary>
[TestFixture]
public sealed class LiveFeedConformance : FeedConformance
{
    private const int Rounds = 60;
    private const int LostAt = 40;
    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"];
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 10, 0, 17, 400, TimeSpan.Zero);

    // What a connection asks for when it brings its first: four lengths of candles of each symbol.
    private static readonly int Asked = 4 * Symbols.Length;

    [Test]
    public async Task Marks_are_told_with_funding_and_the_exchanges_time()
    {
        var calls = await TellAsync();
        Assert.That(calls.Select(c => c.Mark).OfType<Mark>().Select(m => m.Symbol).Distinct(), Is.EquivalentTo(Symbols));
        Assert.That(
            calls.Select(c => c.Mark).OfType<Mark>().Where(m => m.Symbol == "SOLUSDT").Select(m => (m.FundingRate, m.MarketTime, m.NextFundingAt)).First(),
            Is.EqualTo(((decimal?)0.0001m, (DateTimeOffset?)Begin.AddSeconds(1), (DateTimeOffset?)Begin.AddSeconds(1).AddHours(4))));
    }

    private protected override async Task<IReadOnlyList<FeedCall>> TellAsync()
    {
        var (time, calls) = (new ManualTime(Begin), new FeedCalls());
        PlayedStream? exchange = null;
        await using var started = exchange = await PlayedStream.StartAsync(time, request => KlinesAsync(request, time, calls, () => exchange!.Opened));
        var options = new LiveOptions
        {
            TradePaths = ["/market/stream"],
            QuotePaths = ["/public/stream"],
            RenewAfter = TimeSpan.FromDays(40),
            SilenceDeadline = TimeSpan.FromDays(40),
            ConnectDeadline = TimeSpan.FromDays(1),
            RestDeadline = TimeSpan.FromDays(1),
        };
        var played = PlayAsync(exchange, time, calls);
        var told = await TellAsync(exchange.Feed(options, time, Symbols), _ => played.IsCompleted, calls);
        await played;
        return told;
    }

    private static async Task PlayAsync(PlayedStream exchange, ManualTime time, FeedCalls calls)
    {
        await WatchedMarket.UntilAsync("the connections", () => exchange is { Standing: 1, Quoted: 1 });
        for (var round = 1; round <= Rounds; round++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var now = time.GetUtcNow();
            if (round == LostAt)
            {
                exchange.Cut();
                await UntilAsync(calls, "the loss is told", c => c.Kind == "torn", 2);
                await WatchedMarket.UntilAsync("the connection has ended", () => exchange.Standing == 0);
                var steps = 0;
                await WatchedMarket.UntilAsync("it has connected again", () =>
                {
                    // Its pause is shorter than what a feed is dead after.
                    time.Advance(TimeSpan.FromMilliseconds(steps++ < 10 ? 50 : 0));
                    return exchange.Standing > 0;
                });
                now = time.GetUtcNow();
            }

            await exchange.TellAsync([.. Symbols.Select(s => PlayedStream.Mark(s, Begin.AddSeconds(round), 100 + round))]);
            await UntilAsync(calls, "the marks", c => c.Mark?.Price == 100 + round, Symbols.Length);
            if (round is 1 or LostAt)
            {
                await UntilAsync(calls, "the past", c => c.Kind == FeedCalls.History, Asked * exchange.Opened);
            }

            // Some twice, and one that nobody asked for.
            await exchange.TellAsync(
            [
                .. Symbols.Concat(Symbols).Select((s, i) => PlayedStream.Trade(s, round, Begin.AddSeconds(round), 100 + (i % 3) + (round % 7), 1 + (round % 2))),
                PlayedStream.Trade("XRPUSDT", round, Begin.AddSeconds(round), 1, 1), "not json",
            ]);
            await UntilAsync(calls, "the trades", c => c.Trades is [{ Symbol: "SOLUSDT" }], round);
            await exchange.QuoteAsync($$$"""{"e":"bookTicker","s":"BTCUSDT","b":"{{{100 + round}}}","a":"{{{101 + round}}}"}""");
            await UntilAsync(calls, "the quote", c => c.Kind == "quote", round);
        }
    }

    private static Task UntilAsync(FeedCalls calls, string what, Func<FeedCall, bool> which, int count) =>
        WatchedMarket.UntilAsync(what, () => calls.All.Count(which) >= count);

    /// <summary>One symbol behind the other, as they are told of then: the feed asks for all of them at once.</summary>
    private static async Task<string> KlinesAsync(HttpRequest request, ManualTime time, FeedCalls calls, Func<int> opened)
    {
        var marks = Symbols.Length * (opened() == 1 ? 1 : LostAt);
        var before = (Asked * (opened() - 1)) + (4 * Array.IndexOf(Symbols, request.Query["symbol"].ToString()));
        await WatchedMarket.UntilAsync(
            "those before it", () => calls.All.Count(c => c.Mark is not null) >= marks && calls.All.Count(c => c.Kind == FeedCalls.History) >= before);
        var interval = Interval.From(Interval.Minute).Single(i => i.Name == request.Query["interval"]);
        var newest = interval.Floor(time.GetUtcNow());
        var rows = Enumerable.Range(0, 5).Select(i => newest - ((4 - i) * interval.Length)).Select(
            open => string.Create(CultureInfo.InvariantCulture, $"[{open.ToUnixTimeMilliseconds()},\"100\",\"102\",\"99\",\"101\",\"5\"]"));
        return $"[{string.Join(',', rows)}]";
    }
}
