using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Listen keys live for an hour after they were last asked for; a restart of the venue does not end them.</summary>
public sealed partial class BinanceApi
{
    private static readonly TimeSpan ListenKeyLife = TimeSpan.FromMinutes(60);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _asked = new();

    public static string ListenKeyOf(Account account) => Signing.Hex(account.Secret, "listenKey");

    /// <summary>The account whose listen key this is, as long as it lives.</summary>
    public Account? Listener(string listenKey) =>
        Exchange.Find(a => a.Venue == Venue && ListenKeyOf(a) == listenKey && IsLiving(a));

    /// <summary>As after an hour of neglect.</summary>
    public void Expire(Account account) => _ended[account.Id] = Now;

    private bool IsLiving(Account account) =>
        !_ended.ContainsKey(account.Id) && (!_asked.TryGetValue(account.Id, out var asked) || Now - asked < ListenKeyLife);

    private Answer OpenListenKey(Call call)
    {
        if (Authenticate(call) is { } refused)
        {
            return refused;
        }

        _ended.TryRemove(call.Account.Id, out _);
        _asked[call.Account.Id] = Now;
        return Answer.Ok(new JsonObject { ["listenKey"] = ListenKeyOf(call.Account) });
    }

    private Answer KeepListenKey(Call call)
    {
        if (Authenticate(call) is { } refused)
        {
            return refused;
        }

        if (!IsLiving(call.Account))
        {
            return BinanceErrors.Of(-1125, "This listenKey does not exist.");
        }

        _asked[call.Account.Id] = Now;
        return Answer.Ok(new JsonObject { ["listenKey"] = ListenKeyOf(call.Account) });
    }

    private Answer CloseListenKey(Call call)
    {
        if (Authenticate(call) is { } refused)
        {
            return refused;
        }

        _ended[call.Account.Id] = Now;
        return Answer.Ok(new JsonObject());
    }
}
