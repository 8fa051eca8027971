using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Live;

/// <summary>
/// Server to page only. Its methods are named in <see cref="LiveMethods"/>; each has one argument. Opened with a ticket in the address or a token
/// in the header; ends with the session, or with the token.
/// </summary>
[Authorize(Policy = Roles.Viewer, AuthenticationSchemes = HubTicketScheme.OrBearer)]
public sealed class LiveHub(LiveState state, HubSessions pages) : Hub
{
    public override async Task OnConnectedAsync()
    {
        pages.Add(Context);
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

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        pages.Remove(Context);
        return base.OnDisconnectedAsync(exception);
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

    /// <summary>
    /// Why the page's session, or its role, is not what it was: a word of <see cref="Hosting.Sessions.SessionEnds"/>. The connection ends behind it.
    /// </summary>
    public const string SessionEnded = "session_ended";
}
