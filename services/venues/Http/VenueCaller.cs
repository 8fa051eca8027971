namespace TradingSystem.Venues.Http;

/// <summary>
/// Sends requests under limits, clock and deadlines. Reads are repeated while their deadline allows; everything else leaves once,
/// and what is then not definite is unknown.
/// </summary>
public sealed class VenueCaller(VenueContext context, IVenueDialect dialect, RateGate gate) : IDisposable
{
    private const int ReadAttempts = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ClockDeadline = TimeSpan.FromSeconds(2);

    private readonly VenueHttp _http = new(context.Shared.Http, context.Time);
    private readonly SemaphoreSlim _clockTurn = new(1, 1);

    public VenueClock Clock { get; } = new(context.Time);

    /// <summary>Sends a request as its kind demands.</summary>
    public async Task<VenueReply<JsonReply>> SendAsync(VenueRequest request, CancellationToken cancellationToken)
    {
        var signed = request.Security == RequestSecurity.Signed;
        if (request.Kind != RequestKind.Read)
        {
            if (signed && !Clock.IsMeasured)
            {
                await SyncAsync(cancellationToken);
            }

            var patience = request.Kind == RequestKind.Order ? context.Options.OrderQueueWait : context.Options.ChangeQueueWait;
            var reply = await AttemptAsync(request, patience, context.Options.OrderDeadline, cancellationToken);
            if (reply.Is(RefusalMeaning.Clock))
            {
                await SyncAsync(cancellationToken);
            }

            return reply;
        }

        if (signed && Clock.IsOlderThan(context.Options.ClockAge))
        {
            await SyncAsync(cancellationToken);
        }

        return await ReadAsync(request, cancellationToken);
    }

    public async Task<VenueReply<ServerTime>> SyncAsync(CancellationToken cancellationToken)
    {
        var before = Clock.Measurements;
        await _clockTurn.WaitAsync(cancellationToken);
        try
        {
            // Whoever waited for another's measurement takes it.
            if (Clock.Measurements != before)
            {
                return VenueReply.Accepted(new ServerTime(Clock.Now));
            }

            var sent = context.Time.GetUtcNow();
            var reply = await AttemptAsync(dialect.TimeRequest, ClockDeadline, ClockDeadline, cancellationToken);
            var received = context.Time.GetUtcNow();
            var time = reply.Read(root => new ServerTime(dialect.ReadTime(new(root))));
            if (time.IsAccepted)
            {
                Clock.Measured(time.Value.At, sent, received);
            }

            return time;
        }
        finally
        {
            _clockTurn.Release();
        }
    }

    public void Dispose() => _clockTurn.Dispose();

    private static bool IsWorthRepeating(VenueReply<JsonReply> reply) =>
        reply.IsUnknown || reply.Refusal?.Meaning is RefusalMeaning.Busy or RefusalMeaning.Clock or RefusalMeaning.RateLimited;

    private async Task<VenueReply<JsonReply>> ReadAsync(VenueRequest request, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        var pause = FirstPause;
        var left = context.Options.ReadDeadline;
        for (var attempt = 1; ; attempt++)
        {
            var deadline = left < context.Options.ReadAttempt ? left : context.Options.ReadAttempt;
            var reply = await AttemptAsync(request, left, deadline, cancellationToken);
            if (!IsWorthRepeating(reply) || attempt == ReadAttempts)
            {
                return reply;
            }

            if (reply.Is(RefusalMeaning.Clock))
            {
                await SyncAsync(cancellationToken);
            }

            var wait = reply.Refusal?.RetryAfter is { } asked && asked > pause ? asked : pause * (0.5 + Random.Shared.NextDouble());
            if (context.Time.GetElapsedTime(started) + wait >= context.Options.ReadDeadline)
            {
                return reply;
            }

            await Task.Delay(wait, context.Time, cancellationToken);
            pause *= 2;
            left = context.Options.ReadDeadline - context.Time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                // Slept past it, on a busy machine.
                return reply;
            }
        }
    }

    private async Task<VenueReply<JsonReply>> AttemptAsync(VenueRequest request, TimeSpan patience, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var wait = await gate.EnterAsync(dialect.Charges(request), request.Kind != RequestKind.Read, patience, cancellationToken);
        if (wait is { } tooLong)
        {
            return VenueReply.Refused<JsonReply>(new(RefusalMeaning.RateLimited, "OWN_LIMIT", "Not sent: the exchange's limits are used up.", tooLong));
        }

        // Signed after waiting: the signature's time must be that of sending.
        using var message = dialect.Compose(request, Clock.Now);
        var answer = await _http.SendAsync(message, deadline, cancellationToken);
        dialect.Observe(request, answer, gate);
        return Judge(request, answer);
    }

    private VenueReply<JsonReply> Judge(VenueRequest request, HttpAnswer answer) => answer.Failure switch
    {
        HttpFailure.NotSent => VenueReply.Refused<JsonReply>(RefusalMeaning.Busy, "NOT_SENT", $"No connection: {answer.Detail}."),
        HttpFailure.Lost => VenueReply.Unknown<JsonReply>(answer.Detail),
        _ => dialect.Judge(request, answer),
    };
}
