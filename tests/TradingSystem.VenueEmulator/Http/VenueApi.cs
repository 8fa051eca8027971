using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Http;

/// <summary>One venue's REST API: what happens to every request, whatever it asks.</summary>
public abstract class VenueApi(Exchange exchange, VenueClocks clocks)
{
    private static readonly TimeSpan HeldConnection = TimeSpan.FromSeconds(120);

    private static readonly FaultKind[] Before =
        [FaultKind.DelayRequest, FaultKind.TimeoutBefore, FaultKind.ResetBefore, FaultKind.ErrorBefore, FaultKind.BusyBefore, FaultKind.RateLimit];

    private static readonly FaultKind[] After =
        [FaultKind.DelayAnswer, FaultKind.TimeoutAfter, FaultKind.ResetAfter, FaultKind.ErrorAfter, FaultKind.DuplicateAnswer];

    protected Exchange Exchange => exchange;

    public abstract VenueKind Venue { get; }

    protected abstract IReadOnlyDictionary<string, Route> Routes { get; }

    protected DateTimeOffset Now => exchange.Now(Venue);

    public async Task HandleAsync(HttpContext context)
    {
        var call = await ReadAsync(context.Request);
        if (!Routes.TryGetValue($"{call.Method} {call.Path}", out var route))
        {
            await WriteAsync(context, UnknownPath(call));
            return;
        }

        var key = KeyOf(call);
        var before = exchange.Faults.Strike(Venue, key, route.Operation, call.Path, Before);
        switch (before?.Kind)
        {
            case FaultKind.DelayRequest:
                await Task.Delay(before.Time, clocks.Time);
                break;
            case FaultKind.TimeoutBefore:
                await HoldAsync(context);
                return;
            case FaultKind.ResetBefore:
                Reset(context);
                return;
            case FaultKind.ErrorBefore:
                await WriteAsync(context, UnknownOutcome(call));
                return;
            case FaultKind.BusyBefore:
                await WriteAsync(context, CertainFailure(context, call));
                return;
            case FaultKind.RateLimit:
                context.Response.Headers.RetryAfter = "1";
                await WriteAsync(context, TooMany(context, call));
                return;
        }

        var answer = await exchange.RunAsync(() => (route.Signed ? Refuse(call, route) : null) ?? route.Handle(call));
        Describe(context, call, route);
        var after = answer.Accepted ? exchange.Faults.Strike(Venue, key, route.Operation, call.Path, After) : null;
        switch (after?.Kind)
        {
            case FaultKind.DelayAnswer:
                await Task.Delay(after.Time, clocks.Time);
                break;
            case FaultKind.TimeoutAfter:
                await HoldAsync(context);
                return;
            case FaultKind.ResetAfter:
                Reset(context);
                return;
            case FaultKind.ErrorAfter:
                answer = UnknownOutcome(call);
                break;
            case FaultKind.DuplicateAnswer:
                answer = Duplicate(call);
                break;
        }

        await WriteAsync(context, answer);
    }

    /// <summary>The key that a request claims; faults of one account go by it.</summary>
    protected abstract string? KeyOf(Call call);

    /// <summary>Null when key, signature and time are right; the call then has its account.</summary>
    protected abstract Answer? Refuse(Call call, Route route);

    /// <summary>The venue's headers about its limits.</summary>
    protected abstract void Describe(HttpContext context, Call call, Route route);

    protected abstract Answer UnknownPath(Call call);

    /// <summary>What the venue answers when it does not know itself.</summary>
    protected abstract Answer UnknownOutcome(Call call);

    protected abstract Answer CertainFailure(HttpContext context, Call call);

    protected abstract Answer TooMany(HttpContext context, Call call);

    protected abstract Answer Duplicate(Call call);

    private static async Task<Call> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        return new Call(request.Method, request.Path.Value ?? "/", request.QueryString.HasValue ? request.QueryString.Value![1..] : "", request.Query, request.Headers, body);
    }

    private static async Task WriteAsync(HttpContext context, Answer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json;charset=UTF-8";
        await context.Response.WriteAsync(answer.Body.ToJsonString());
    }

    private async Task HoldAsync(HttpContext context)
    {
        try
        {
            await Task.Delay(HeldConnection, clocks.Time, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client gave up, as it should.
        }

        context.Abort();
    }

    /// <summary>RST instead of FIN, as from a machine that went away.</summary>
    private static void Reset(HttpContext context)
    {
        if (context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionSocketFeature>() is { } feature)
        {
            feature.Socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
            feature.Socket.Close();
        }

        context.Features.Get<IHttpRequestLifetimeFeature>()?.Abort();
    }
}
