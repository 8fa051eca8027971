using System.Security.Cryptography;
using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>An account under test, and the steps that many tests take with it.</summary>
internal sealed class Trader(IVenue venue, IDisposable? registry) : IAsyncDisposable
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public IVenue Venue => venue;

    public string Key => venue.Account.Credentials.Key;

    /// <summary>As execution makes them: 26 base32 characters and a letter for the leg.</summary>
    public static string NewId(char leg = 'E') => RandomNumberGenerator.GetString(Letters, 26) + leg;

    public static NewOrder Market(OrderSide side, decimal qty, string? id = null, string symbol = "BTCUSDT") => new(symbol, id ?? NewId(), side, qty);

    public static NewOrder Limit(OrderSide side, decimal qty, decimal price, string? id = null, string symbol = "BTCUSDT") =>
        Market(side, qty, id, symbol) with { Type = VenueOrderType.Limit, Price = price };

    /// <summary>Sets the account up as it says of itself.</summary>
    public async Task PrepareAsync(decimal leverage = 10m, string symbol = "BTCUSDT")
    {
        var reply = await venue.PrepareAsync(new SymbolSetup(symbol, leverage, venue.Account.MarginMode, venue.Account.PositionMode), default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
    }

    /// <summary>Places what must be accepted.</summary>
    public async Task<OrderAck> PlaceAsync(NewOrder order)
    {
        var reply = await venue.PlaceAsync(order, default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        Assert.That(reply.Value!.VenueId, Is.Not.Empty);
        return reply.Value;
    }

    /// <summary>Places and waits until it has ended.</summary>
    public async Task<VenueOrder> TradeAsync(NewOrder order)
    {
        await PlaceAsync(order);
        return await EndedAsync(order.ClientId, order.Symbol);
    }

    public async Task<OrderAck> ProtectAsync(ProtectionOrder order)
    {
        var reply = await venue.PlaceProtectionAsync(order, default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        return reply.Value!;
    }

    public Task<VenueReply<VenueOrder>> QueryAsync(string id, bool protection = false, string symbol = "BTCUSDT") =>
        venue.QueryAsync(new OrderRef(symbol, id, IsProtection: protection), default);

    public async Task<VenueOrder> FoundAsync(string id, bool protection = false, string symbol = "BTCUSDT")
    {
        var reply = await QueryAsync(id, protection, symbol);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        return reply.Value!;
    }

    public Task<VenueOrder> EndedAsync(string id, string symbol = "BTCUSDT", bool protection = false) =>
        UntilAsync(id, o => !o.IsOpen, protection, symbol);

    public Task<VenueOrder> UntilAsync(string id, Func<VenueOrder, bool> wanted, bool protection = false, string symbol = "BTCUSDT") =>
        Wait.ForAsync($"{id} is as expected", async () => await QueryAsync(id, protection, symbol) is { IsAccepted: true } reply && wanted(reply.Value!) ? reply.Value : null);

    public async Task<IReadOnlyList<VenueOrder>> OpenAsync(string? symbol = "BTCUSDT")
    {
        var reply = await venue.OpenOrdersAsync(symbol, default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        return reply.Value!;
    }

    public async Task<IReadOnlyList<VenuePosition>> PositionsAsync(string? symbol = "BTCUSDT")
    {
        var reply = await venue.PositionsAsync(symbol, default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        return reply.Value!;
    }

    /// <summary>Signed quantity, 0 when flat.</summary>
    public async Task<decimal> QtyAsync(PositionSide? side = null) => (await PositionsAsync()).Where(p => p.Side == side).Sum(p => p.Quantity);

    public Task FlatAsync() => Wait.UntilAsync("the position is closed", async () => (await PositionsAsync()).Count == 0);

    public async Task<IReadOnlyList<VenueFill>> FillsAsync(FillQuery query)
    {
        var reply = await venue.FillsAsync(query, default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        return reply.Value!;
    }

    public async Task<VenueBalance> BalanceAsync()
    {
        var reply = await venue.BalancesAsync(default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        return reply.Value!.Single(b => b.Asset == "USDT");
    }

    public async Task<VenueInstrument> InstrumentAsync(string symbol = "BTCUSDT")
    {
        var reply = await venue.InstrumentsAsync(default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        return reply.Value!.Single(i => i.Symbol == symbol);
    }

    public Listener Listen() => new(venue);

    public async ValueTask DisposeAsync()
    {
        await venue.DisposeAsync();
        registry?.Dispose();
    }
}
