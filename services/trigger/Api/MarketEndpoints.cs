using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Api;

/// <summary>Where prices come from.</summary>
/// <param name="Source">live, simulated, replay, or starting while that is not decided.</param>
/// <param name="Notice">For people, e.g. that live was out of reach.</param>
/// <param name="Symbols">Those that have prices and candles.</param>
/// <param name="Interval">Of the candles that the page shows and the database keeps: the shortest from a minute on, or a recording's own; null while
/// starting.</param>
/// <param name="Intervals">Those that there are candles of, shortest first.</param>
/// <param name="Gaps">Spans that a recording lacks, oldest first, the first hundred. No candle is made of them.</param>
/// <param name="Alive">Whether the feed's channel that always ticks does; while it is false nothing may be entered. Null where the market has no such
/// channel: simulated and replayed.</param>
/// <param name="DeadSince">The wall clock at which the feed was found dead; null while it is not.</param>
/// <param name="SymbolStates">Of each symbol, in the order of <c>symbols</c>, what there is to say beside price and candles.</param>
public sealed record MarketView(
    string Source,
    string? Notice,
    IReadOnlyList<string> Symbols,
    string? Interval,
    IReadOnlyList<string> Intervals,
    IReadOnlyList<MarketGap> Gaps,
    bool? Alive,
    DateTimeOffset? DeadSince,
    IReadOnlyList<SymbolState> SymbolStates);

/// <summary>Prices and candles for people and bots.</summary>
public static class MarketEndpoints
{
    private const string SameForAll = "the market is nobody's own";

    public static void MapMarket(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithTags("market");
        api.MapGet("/candles", CandlesAsync).RequireRole(Roles.Viewer).AllowGroup(SameForAll).Operation("listCandles", "The newest candles of a symbol and interval, oldest first");
        api.MapGet("/prices", (MarketState market) => new Page<PriceTick>(market.Prices(), null))
            .RequireRole(Roles.Viewer).AllowGroup(SameForAll).Operation("listPrices", "The latest price of each symbol");
        api.MapGet("/market", (MarketState market) => market.Status is { } s
                ? new MarketView(s.Source, s.Notice, s.Symbols, s.Shown.Name, market.Intervals, s.Gaps, s.Alive, s.DeadSince, market.SymbolStates())
                : new MarketView("starting", null, [], null, [], [], null, null, []))
            .RequireRole(Roles.Viewer).AllowGroup(SameForAll).Operation("getMarket", "Where prices come from, and of which symbols");
    }

    /// <summary>Oldest first. <c>end_time</c> asks for closed bars that opened before it.</summary>
    private static async Task<Results<Ok<Page<Candle>>, RestError>> CandlesAsync(
        MarketState market,
        StoredCandles candles,
        string? symbol,
        string? interval,
        [Range(1, Paging.MaxLimit)] int? limit,
        CandleEnd? end_time,
        CancellationToken cancellationToken)
    {
        var faults = new List<FieldError>();
        var traded = Known("symbol", symbol?.ToUpperInvariant(), market.Status?.Symbols ?? [], faults);
        var span = Known("interval", interval, market.Intervals, faults);
        return faults.Count > 0
            ? RestError.Invalid(faults)
            : TypedResults.Ok(new Page<Candle>(await candles.NewestAsync(traded, span, limit ?? Paging.DefaultLimit, end_time?.Before, cancellationToken), null));
    }

    /// <summary>One of the words that are known just now; they change with the market, so that the route itself cannot say them.</summary>
    private static string Known(string path, string? word, IReadOnlyList<string> known, List<FieldError> faults)
    {
        if (word is null || !known.Contains(word))
        {
            var rule = word is null ? $"one of {string.Join(", ", known)}" : Nearest.Rule("unknown value", word, [.. known]);
            faults.Add(new(path, rule, FieldError.Shorten(word ?? "nothing")));
        }

        return word ?? "";
    }
}

/// <summary>Where candles end: the first moment that none of them opened at, as RFC 3339 or in Unix milliseconds.</summary>
public readonly record struct CandleEnd(DateTimeOffset Before) : IQueryValue<CandleEnd>
{
    public static string Rule => $"{Rfc3339.QueryRule}, or Unix milliseconds";

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CandleEnd result)
    {
        DateTimeOffset? before = s is null ? null
            : long.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
                && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : Rfc3339.Read(s);
        result = new(before ?? default);
        return before is not null;
    }

    public static CandleEnd Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var end) ? end : throw new FormatException(Rule);
}
