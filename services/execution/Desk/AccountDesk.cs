using System.Threading.Channels;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// One account at one venue. Everything that happens to it is worked off here one after the other; requests run beside it and bring
/// their answers back, so that none that hangs holds up the others. Whatever goes wrong inside ends it: its host then begins anew from
/// the tables.
/// </summary>
public sealed partial class AccountDesk
{
    private const int MailboxSize = 4096;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly DeskParts _parts;
    private readonly DeskStore _store;
    private readonly IVenue _venue;
    private readonly DeskMachine _machine;
    private readonly OrderLook _look;
    private readonly Channel<DeskMessage> _mailbox = Channel.CreateBounded<DeskMessage>(new BoundedChannelOptions(MailboxSize) { SingleReader = true });
    private readonly Dictionary<string, DeskOrder> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _busy = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _beside = [];
    private CancellationToken _stop;
    private long _polledAt;
    private int _ticking;

    public AccountDesk(DeskParts parts, DeskStore store, IVenue venue)
    {
        (_parts, _store, _venue) = (parts, store, venue);
        _machine = new(parts.Terms);
        _look = new(venue, parts.Time, IsOtherAsync);
    }

    private DeskTerms Terms => _parts.Terms;

    private DateTimeOffset Now => ControlStore.Micros(_parts.Time.GetUtcNow());

    /// <summary>Something new is in the tables; never blocks.</summary>
    public void Wake() => _mailbox.Writer.TryWrite(Woken.Up);

    /// <summary>Works until it is stopped or something breaks; what breaks it throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _stop = stop.Token;
        try
        {
            await LoadAsync();
            Beside(ListenAsync);
            Beside(BeatAsync);
            await foreach (var message in _mailbox.Reader.ReadAllAsync(_stop))
            {
                await HandleAsync(message);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(_beside);
        }
    }

    private async Task LoadAsync()
    {
        _polledAt = _parts.Time.GetTimestamp();
        var open = await _store.RunAsync(
            async work =>
            {
                var orders = await work.OpenAsync();
                orders.ForEach(o => _machine.Abandoned(o, work.Now));

                return orders;
            },
            _stop);
        open.ForEach(o => _open[o.ClientId] = o);
        _snapshotDue = Now;
    }

    private Task HandleAsync(DeskMessage message) => message switch
    {
        Tick => BeatenAsync(),
        Woken => AdoptAsync(),
        Posted posted => PostedAsync(posted),
        Looked looked => LookedAsync(looked),
        CancelAnswered answered => CancelAnsweredAsync(answered),
        Prepared prepared => PreparedAsync(prepared),
        Streamed streamed => StreamedAsync(streamed.Event),
        Snapshotted snapshotted => SnapshottedAsync(snapshotted),
        Counted => Task.FromResult(_isCounting = false),
        FeesPriced => FeesPricedAsync(),
        Asked asked => AnswerAsync(asked),
        Broken broken => Task.FromException(broken.Error),
        _ => throw new InvalidOperationException(message.GetType().Name),
    };

    private Task BeatenAsync()
    {
        Volatile.Write(ref _ticking, 0);
        return TickAsync();
    }

    private async Task TickAsync()
    {
        if (_parts.Time.GetElapsedTime(_polledAt) >= Poll)
        {
            await AdoptAsync();
        }

        if (_movesDue)
        {
            await TakeMovesAsync();
        }

        var now = Now;
        if (_snapshotDue <= now && !_snapshotting)
        {
            BeginSnapshot();
        }

        foreach (var order in _open.Values.Where(o => o.CheckAt <= now && !_busy.Contains(o.ClientId)).OrderBy(o => o.Seq).ToList())
        {
            await DueAsync(order, now);
        }

        await RestAsync(now);
        await CancelRequestedAsync(now);
        await ProtectAsync(now);
        await CountdownAsync(now);
        await ValueFeesAsync(now);
    }

    private Task DueAsync(DeskOrder order, DateTimeOffset now)
    {
        if (order.State == DeskStates.Pending)
        {
            return order.Leg == DeskLegs.Entry ? DispatchAsync(order, now) : SendLegAsync(order);
        }

        _busy.Add(order.ClientId);
        var provable = _machine.IsProvable(order, now);
        Beside(async token =>
        {
            var look = await _look.AtAsync(order, provable, token);
            await PriceFeesAsync(look.Fills, token);
            return new Looked(order.ClientId, look);
        });
        return Task.CompletedTask;
    }

    /// <summary>Takes over what is new in the tables.</summary>
    private async Task AdoptAsync()
    {
        _polledAt = _parts.Time.GetTimestamp();
        foreach (var order in await _store.OpenAsync(_stop))
        {
            if (_open.TryGetValue(order.ClientId, out var held))
            {
                held.CancelRequestedAt ??= order.CancelRequestedAt;
            }
            else if (order.State == DeskStates.Pending)
            {
                _open.Add(order.ClientId, order);
                await DispatchAsync(order, Now);
            }
        }

        await TakeMovesAsync();
    }

    /// <summary>Changes an order and tells of it in one transaction; the one in memory is then the saved one.</summary>
    private async Task ChangeAsync(string clientId, Func<DeskWork, DeskOrder, Task<DeskNews>> change)
    {
        var saved = await _store.RunAsync(
            async work =>
            {
                var order = await work.FindAsync(clientId);
                if (_open.TryGetValue(clientId, out var held) && held.CancelRequestedAt is not null && order.CancelRequestedAt is null)
                {
                    (order.CancelRequestedAt, order.CancelReason) = (held.CancelRequestedAt, held.CancelReason);
                }

                var news = await change(work, order);
                await work.TellAsync(order, news, IsProtected(order));
                await TellLegAsync(work, order, news);
                return order;
            },
            _stop);
        Saved(saved);
    }

    private void Saved(DeskOrder order)
    {
        var before = _open.GetValueOrDefault(order.ClientId)?.State;
        if (before != order.State)
        {
            DeskLog.Changed(_parts.Log, order.ClientId, order.Symbol, before ?? "", order.State, order.ReasonCode);
            if (order.State == DeskStates.Held)
            {
                DeskLog.Held(_parts.Log, order.ClientId, order.AccountId);
            }

            DeskTelemetry.Changed(order);
        }

        if (order.IsOpen)
        {
            order.CancelRequestedAt ??= _open.GetValueOrDefault(order.ClientId)?.CancelRequestedAt;
            _open[order.ClientId] = order;
            if (order.IsProtection && before != order.State)
            {
                _protectDue = default;
            }

            return;
        }

        _open.Remove(order.ClientId);
        _cancelled.Remove(order.ClientId);
        if (order.Leg != DeskLegs.Entry)
        {
            LegEnded(order);
        }

        // Whatever waited for the symbol.
        var now = Now;
        foreach (var next in _open.Values.Where(o => o.State == DeskStates.Pending && o.Symbol == order.Symbol && o.CheckAt > now).ToList())
        {
            next.CheckAt = now;
        }

    }

    private bool IsYoung(DeskOrder order, DateTimeOffset now) =>
        order.Decision is { } json && DeskJson.ReadDecision(json) is var decision && (order.Closes || now - decision.CreatedAt <= Terms.MaxDecisionAge) && (decision.ValidUntil is not { } until || now <= until);

    /// <summary>An order of the venue that is known to be another of ours.</summary>
    private async Task<bool> IsOtherAsync(string venueOrderId, CancellationToken cancellationToken)
    {
        var account = _store.AccountId;
        return await _store.ReadAsync(
            db => Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.AnyAsync(
                db.DeskOrders, o => o.AccountId == account && (o.VenueOrderId == venueOrderId || o.TriggeredOrderId == venueOrderId), cancellationToken),
            cancellationToken);
    }

    private async Task<DeskMessage?> ListenAsync(CancellationToken cancellationToken)
    {
        await foreach (var happened in _venue.StreamAsync(cancellationToken))
        {
            if (happened is FillSeen { Fill: var fill })
            {
                await PriceFeesAsync([fill], cancellationToken);
            }

            await _mailbox.Writer.WriteAsync(new Streamed(happened), cancellationToken);
        }

        return null;
    }

    private async Task<DeskMessage?> BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Beat, _parts.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            // One is enough: a desk that is behind needs no second.
            if (Interlocked.Exchange(ref _ticking, 1) == 0)
            {
                await _mailbox.Writer.WriteAsync(Tick.Now, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>Runs beside the desk; what it returns comes to it as a message.</summary>
    private void Beside(Func<CancellationToken, Task<DeskMessage?>> work)
    {
        var task = Task.Run(
            async () =>
            {
                DeskMessage? message;
                try
                {
                    message = await work(_stop);
                }
                catch (OperationCanceledException) when (_stop.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception e)
                {
                    message = new Broken(e);
                }

                if (message is not null)
                {
                    try
                    {
                        await _mailbox.Writer.WriteAsync(message, _stop);
                    }
                    catch (OperationCanceledException)
                    {
                        // Nobody is there to hear it; the tables know what was begun.
                    }
                }
            },
            CancellationToken.None);
        _beside.RemoveWhere(t => t.IsCompleted);
        _beside.Add(task);
    }
}
