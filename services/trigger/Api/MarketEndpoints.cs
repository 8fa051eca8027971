using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Api;

/// <summary>Where prices come from.</summary>
/// <param name="Source">live, simulated, replay, or starting while that is not decided.</param>
/// <param name="Notice">For people, e.g. that live was out of reach.</param>
/// <param name="Symbols">Those that have prices and candles.</param>
public sealed record MarketView(string Source, string? Notice, IReadOnlyList<string> Symbols);

/// <summary>Prices and candles for people and bots.</summary>
public static class MarketEndpoints
{
    public static void MapMarket(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithTags("market");
        api.MapGet("/candles", CandlesAsync).RequireRole(Roles.Viewer).Operation("listCandles", "The newest candles of a symbol and interval, oldest first").Produces<Page<Candle>>();
        api.MapGet("/prices", (MarketState market) => new Page<PriceTick>(market.Prices(), null))
            .RequireRole(Roles.Viewer).Operation("listPrices", "The latest price of each symbol");
        api.MapGet("/market", (MarketState market) => market.Status is { } s ? new MarketView(s.Source, s.Notice, s.Symbols) : new MarketView("starting", null, []))
            .RequireRole(Roles.Viewer).Operation("getMarket", "Where prices come from, and of which symbols");
    }

    /// <summary>Oldest first. <c>end_time</c> (RFC 3339 or Unix milliseconds) asks for closed bars that opened before it.</summary>
    private static async Task<IResult> CandlesAsync(
        MarketState market,
        StoredCandles candles,
        string? symbol,
        string? interval,
        string? limit,
        string? end_time,
        CancellationToken cancellationToken)
    {
        var faults = new List<FieldError>();
        var symbols = market.Status?.Symbols ?? [];
        symbol = symbol?.ToUpperInvariant();
        if (symbol is null || !symbols.Contains(symbol))
        {
            faults.Add(new("symbol", $"must be one of {string.Join(", ", symbols)}", FieldError.Shorten(symbol ?? "nothing")));
        }

        if (interval is null || !market.Intervals.Contains(interval))
        {
            faults.Add(new("interval", $"must be one of {string.Join(", ", market.Intervals)}", FieldError.Shorten(interval ?? "nothing")));
        }

        var count = Paging.DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > Paging.MaxLimit))
        {
            faults.Add(new("limit", $"must be a whole number from 1 to {Paging.MaxLimit}", FieldError.Shorten(limit)));
        }

        DateTimeOffset? before = null;
        if (end_time is not null && (before = Time(end_time)) is null)
        {
            faults.Add(new("end_time", $"{Rfc3339.QueryRule}, or Unix milliseconds", FieldError.Shorten(end_time)));
        }

        if (faults.Count > 0)
        {
            return ApiError.Validation(faults);
        }

        return Results.Ok(new Page<Candle>(await candles.NewestAsync(symbol!, interval!, count, before, cancellationToken), null));
    }

    private static DateTimeOffset? Time(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
        : Rfc3339.Read(text);
}
