using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Listen keys live for an hour after they were last asked for; a restart of the venue does not end them.</summary>
public sealed class BinanceListenKeys(Exchange exchange, Func<Call, Answer?> authenticate) : VenueCalls(exchange, VenueKind.Binance)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(60);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _asked = new();

    public static string Of(Account account) => Signing.Hex(account.Secret, "listenKey");

    /// <summary>The account whose listen key this is, as long as it lives.</summary>
    public Account? Listener(string listenKey) =>
        Exchange.Find(a => a.Venue == Venue && Of(a) == listenKey && IsLiving(a));

    /// <summary>As after an hour of neglect.</summary>
    public void Expire(Account account) => _ended[account.Id] = Now;

    public Answer OpenListenKey(Call call)
    {
        if (authenticate(call) is { } refused)
        {
            return refused;
        }

        _ended.TryRemove(call.Account.Id, out _);
        _asked[call.Account.Id] = Now;
        return Answer.Ok(new JsonObject { ["listenKey"] = Of(call.Account) });
    }

    public Answer KeepListenKey(Call call)
    {
        if (authenticate(call) is { } refused)
        {
            return refused;
        }

        if (!IsLiving(call.Account))
        {
            return BinanceErrors.Of(-1125, "This listenKey does not exist.");
        }

        _asked[call.Account.Id] = Now;
        return Answer.Ok(new JsonObject { ["listenKey"] = Of(call.Account) });
    }

    public Answer CloseListenKey(Call call)
    {
        if (authenticate(call) is { } refused)
        {
            return refused;
        }

        _ended[call.Account.Id] = Now;
        return Answer.Ok(new JsonObject());
    }

    private bool IsLiving(Account account) =>
        !_ended.ContainsKey(account.Id) && (!_asked.TryGetValue(account.Id, out var asked) || Now - asked < Life);
}
