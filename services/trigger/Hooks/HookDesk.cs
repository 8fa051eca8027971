using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Hooks;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Hooks;

/// <summary>An alert that was taken.</summary>
/// <param name="Id">Of the event.</param>
/// <param name="Duplicate">It was taken before; the id is that of the first.</param>
public sealed record HookReceipt(Guid Id, bool Duplicate);

/// <summary>
/// The way of one alert: whose it is, how often, what it says, kept, sent, answered. It ends within the three seconds after which senders give up; what
/// was kept goes its way whether or not somebody still waits.
/// </summary>
public sealed partial class HookDesk(
    HookBook book, HookGate gate, HookRooms rooms, EdgeOptions edge, DeliveryStore store, HookCourier courier, HookNotices notices, HookOptions options, TimeProvider time,
    ILogger<HookDesk> log)
{
    public const int MostBytes = 64 * 1024;

    private const string SecretRule = "the hook's own secret, where the hook has it";

    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(2);
    private static readonly byte[] NobodysKey = RandomNumberGenerator.GetBytes(32);
    private static readonly Counter<long> Alerts = new Meter("TradingSystem.Trigger").CreateCounter<long>("trigger.hooks.alerts");

    /// <summary>The receipt, or why there is none.</summary>
    public async Task<(HookReceipt? Receipt, RestError? Error)> TakeAsync(HttpContext http, string name)
    {
        if (!book.IsKnown)
        {
            return Refused("unavailable", RestError.Unavailable("$", "hooks, which are being read", wait: TryAgain));
        }

        if (book.IsUnreadable(name))
        {
            // Its sender may be right, and another node able to read it.
            return Refused("unavailable", RestError.Unavailable("$", "the hook, which this node cannot read", wait: TryAgain));
        }

        using var room = rooms.TryEnter(edge.SenderOf(http));
        if (room is null)
        {
            return Refused("unavailable", RestError.Unavailable("$", "fewer alerts at once", wait: TryAgain));
        }

        var (body, refusal) = await RawBody.ReadAsync(http.Request, MostBytes, Reading, time);
        room.HasRead();
        return refusal is null ? await TakeAsync(http, name, body) : Refused("refused", refusal);
    }

    private async Task<(HookReceipt? Receipt, RestError? Error)> TakeAsync(HttpContext http, string name, ReadOnlyMemory<byte> body)
    {
        var now = time.GetUtcNow();
        var hook = book.Find(name);
        var request = new HookRequest(body, HookPath.SecretOf(http), h => http.Request.Headers[h] is [{ } value] ? value : null);
        // Whoever guesses names waits as long as whoever guesses secrets.
        var holds = HookProof.Holds(
            hook?.Document.Auth ?? HookProof.Nobodys, hook?.SecretHash ?? [], hook is null ? NobodysKey : hook.SigningKey, request, now, out var kept);
        if (!holds || hook is null)
        {
            return Refused("unauthorized", Wrong(http, hook));
        }

        if (hook.Document.Enabled == false)
        {
            return Refused("refused", RestError.Conflict("enabled", "true", "false"));
        }

        if (hook.Meter.Take() is var wait && wait > TimeSpan.Zero)
        {
            return Refused("limited", RestError.TooMany("rate_limited", wait, "$", $"at most {hook.Meter.PerMinute} alerts a minute"));
        }

        var faults = new List<FieldError>();
        using var document = HookBody.Read(kept, hook.Document, faults);
        if (document is not null)
        {
            HookCheck.Run(document.RootElement, hook.Document, now, faults);
        }

        var key = faults.Count == 0 ? KeyOf(hook, document!.RootElement, now, faults) : null;
        return faults.Count > 0
            ? Refused("refused", await RefuseAsync(hook, kept, faults, now))
            : await KeepAsync(hook, kept, key, document!.RootElement, now);
    }

    private static string? KeyOf(ArmedHook hook, JsonElement body, DateTimeOffset now, List<FieldError> faults)
    {
        var key = hook.Text.KeyOf(body, now, out var fault);
        if (fault is not null)
        {
            faults.Add(new("$", $"every field of the hook's key: {hook.Document.Key}", FieldError.Shorten(fault)));
        }
        else if (key?.Length > FieldLimits.Key)
        {
            faults.Add(new("$", $"a key of at most {FieldLimits.Key} characters: {hook.Document.Key}", FieldError.Shorten(key)));
        }

        return key;
    }

    private async Task<(HookReceipt? Receipt, RestError? Error)> KeepAsync(ArmedHook hook, byte[] body, string? key, JsonElement fields, DateTimeOffset now)
    {
        var item = HookEvents.Of(hook, Guid.CreateVersion7(now), fields, now);
        KeptDelivery kept;
        try
        {
            kept = await store.KeepAsync(Row(hook, item.Id, body, now, key, HookCourier.Write(item), null), options.Repetition, options.KeepDeadline);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            HookDeskLog.NotKept(log, hook.Document.Name, e);
            return Refused("unavailable", RestError.Unavailable("$", "kept; send it again", wait: TryAgain));
        }

        if (!kept.IsNew && !kept.BodyHash.AsSpan().SequenceEqual(SHA256.HashData(body)))
        {
            var fault = new FieldError("$", "the alert that came first with this key", FieldError.Shorten(key!));
            await RefuseAsync(hook, body, [fault], now);
            return Refused("refused", RestError.Conflict(fault.Path, fault.Rule, fault.Got));
        }

        return await SendAsync(kept, kept.IsNew ? item : null, hasKey: key is not null);
    }

    private async Task<(HookReceipt? Receipt, RestError? Error)> SendAsync(KeptDelivery kept, ImmediateEvent? item, bool hasKey)
    {
        var receipt = new HookReceipt(kept.Id, !kept.IsNew);
        switch (kept.Outcome == DeliveryOutcomes.Published ? PublishOutcome.Durable : await OutcomeAsync(kept, item, hasKey))
        {
            case PublishOutcome.Durable:
                break;
            case PublishOutcome.Unknown when !hasKey:
                // Sent again by the sender it would be another; it is kept, and sent by us until it is durable.
                break;
            default:
                return Refused("unavailable", RestError.Unavailable("$", "the database; send it again", wait: TryAgain));
        }

        Alerts.Add(1, new KeyValuePair<string, object?>("outcome", receipt.Duplicate ? "duplicate" : "taken"));
        return (receipt, null);
    }

    private async Task<PublishOutcome> OutcomeAsync(KeptDelivery kept, ImmediateEvent? item, bool hasKey)
    {
        try
        {
            return await (item is not null ? courier.SendAsync(item, hasKey) : courier.SendAsync(kept.Event!, hasKey)).WaitAsync(options.SendDeadline, time);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It may be on its way.
            return PublishOutcome.Unknown;
        }
    }

    private async Task<RestError> RefuseAsync(ArmedHook hook, byte[] body, List<FieldError> faults, DateTimeOffset now)
    {
        var delivery = Guid.CreateVersion7(now);
        var told = notices.RefusedAsync(hook, delivery, faults);
        try
        {
            await store.RefuseAsync(Row(hook, delivery, body, now, null, null, HookJson.Write(faults)));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            HookDeskLog.NotKept(log, hook.Document.Name, e);
        }

        await told;
        return RestError.Invalid(faults);
    }

    /// <summary>The same for a name that is no hook's.</summary>
    private RestError Wrong(HttpContext http, ArmedHook? hook)
    {
        var wait = gate.Wrong(http.Connection.RemoteIpAddress);
        if (hook is not null)
        {
            var own = hook.Meter.Wrong(out var isNews);
            wait = own > wait ? own : wait;
            if (isNews)
            {
                HookDeskLog.Wrong(log, hook.Document.Name, ClientAddress.Of(http));
                // Nobody waits for it, or it would tell which names are hooks.
                _ = notices.UnauthorizedAsync(hook);
            }
        }

        return wait > TimeSpan.Zero
            ? RestError.TooMany("too_many_attempts", wait, "secret", SecretRule, RestBody.Hidden)
            : RestError.Unauthorized("secret", SecretRule, RestBody.Hidden);
    }

    private static HookDeliveryRow Row(ArmedHook hook, Guid id, byte[] body, DateTimeOffset now, string? key, string? item, string? reason) => new()
    {
        Id = id,
        HookId = hook.Id,
        Version = hook.Version,
        Key = key,
        BodyHash = SHA256.HashData(body),
        Body = body,
        Event = item,
        ReceivedAt = now,
        Outcome = item is null ? DeliveryOutcomes.Refused : null,
        Reason = reason,
    };

    private static (HookReceipt? Receipt, RestError? Error) Refused(string outcome, RestError error)
    {
        Alerts.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        return (null, error);
    }
}

internal static partial class HookDeskLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "An alert of webhook {Hook} was not kept")]
    public static partial void NotKept(ILogger logger, string hook, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Somebody at {Address} posted to webhook {Hook} without its secret; said once a minute")]
    public static partial void Wrong(ILogger logger, string hook, string address);
}
