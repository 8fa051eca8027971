using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Hosting.Rest;

/// <summary>Metadata of a route that answers a WebSocket handshake; <paramref name="Exactly"/> is the only spelling of its path, if there is but one.</summary>
public sealed record TakesSocket(string? Exactly = null);

/// <summary>
/// Answers a WebSocket handshake that no route takes with 404 and the path that is meant. A page, a list or a missing token under it would
/// tell a bot's author nothing: clients show the status at most.
/// </summary>
public static class SocketGuard
{
    private const string Socket = "websocket";

    /// <summary>Before authorization: whoever is at the wrong path has the wrong credential for it, too.</summary>
    public static void UseSocketGuard(this IApplicationBuilder app) =>
        app.Use((context, next) => IsHandshake(context.Request) && !IsTaken(context) ? Refusal(context.Request).ExecuteAsync(context) : next(context));

    /// <summary>True if the Upgrade header names WebSocket among others (RFC 9110, 7.8).</summary>
    public static bool IsHandshake(HttpRequest request) =>
        request.Headers.Upgrade.Count > 0 && request.Headers.GetCommaSeparatedValues(HeaderNames.Upgrade).Contains(Socket, StringComparer.OrdinalIgnoreCase);

    private static bool IsTaken(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<TakesSocket>() is { } route && (route.Exactly is null || route.Exactly == context.Request.Path.Value);

    private static NotFoundError Refusal(HttpRequest request) =>
        RestError.NotFound("path", $"WebSockets of bots are taken at {Addresses.Events} of the gateway", request.Path.Value ?? "");
}
