using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Live;

/// <summary>Server to page only. Its methods are named in <see cref="LiveMethods"/>; each has one argument.</summary>
[Authorize(Roles.Viewer)]
public sealed class LiveHub(LiveState state) : Hub
{
    public override async Task OnConnectedAsync()
    {
        if (state.Market is { } market)
        {
            await Clients.Caller.SendAsync(LiveMethods.Market, market.ToLive(), Context.ConnectionAborted);
        }

        if (state.Latest is { Count: > 0 } prices)
        {
            await Clients.Caller.SendAsync(LiveMethods.Prices, prices, Context.ConnectionAborted);
        }

        await base.OnConnectedAsync();
    }
}

/// <summary>Names of the hub's server-to-page methods.</summary>
public static class LiveMethods
{
    public const string Prices = "prices";
    public const string Candles = "candles";
    public const string Events = "events";
    public const string Decisions = "decisions";
    public const string Discussions = "discussions";
    public const string OrderUpdates = "order_updates";
    public const string Equity = "equity";
    public const string Groups = "groups";
    public const string Market = "market";
    public const string Logs = "logs";
}
