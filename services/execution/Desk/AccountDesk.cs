using System.Threading.Channels;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// One account at one venue: a mailbox. Everything that happens to the account is worked off here one after the other, each by the part whose
/// job it is; requests run beside it and bring their answers back, so that none that hangs holds up the others. Whatever goes wrong inside ends
/// it: its host then begins anew from the tables.
/// </summary>
public sealed class AccountDesk
{
    private const int MailboxSize = 4096;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly Channel<DeskMessage> _mailbox = Channel.CreateBounded<DeskMessage>(new BoundedChannelOptions(MailboxSize) { SingleReader = true });
    private readonly HashSet<Task> _beside = [];
    private readonly DeskContext _desk;
    private readonly OpenOrders _open = new();
    private readonly SnapshotClock _clock = new();
    private readonly FeePrices _fees;
    private readonly PendingFees _pendingFees;
    private readonly Cancels _cancels;
    private readonly Legs _legs;
    private readonly Moves _moves;
    private readonly ProtectionKeeper _protection;
    private readonly Leverages _leverages;
    private readonly Dispatch _dispatch;
    private readonly Preview _preview;
    private readonly Resting _resting;
    private readonly Countdown _countdown;
    private readonly Answers _answers;
    private readonly Reconciler _reconciler;
    private long _polledAt;
    private int _ticking;

    public AccountDesk(DeskParts parts, DeskStore store, IVenue venue)
    {
        _desk = new(parts, store, venue, Beside);
        var listing = new VenueListing(venue.Name);
        var differences = new DifferenceLog(_desk);
        var set = new SetLeverages();
        var modes = new ModeWatch(_desk, set, differences);
        var (memory, underWay) = (new ProtectionMemory(), new MovesUnderWay());
        var entries = new EntryNews(_desk, _open);
        var changes = new OrderChanges(_desk, _open, entries, memory, new(memory, underWay, _clock));
        var requests = new Requests(_desk, _open);
        var moveEnds = new MoveEnds(_desk, underWay, memory);
        var check = new OrderCheck(_desk, _open, listing);
        var turns = new Turns(_open, listing, set, parts.Terms, symbol => !venue.Capabilities.FillsAtOurPrices || parts.Prices.IsPriced(symbol));
        _fees = new(
            venue.LastPriceAsync, symbol => parts.Prices.IsFresh(symbol) ? parts.Prices.Find(symbol)?.Price : null, parts.Time,
            (asset, why) => DeskLog.NoFeePrice(parts.Log, store.AccountId, asset, why));
        var funding = new Funding(_desk);
        var fills = new FillBooker(_desk, _open, _fees, new(_desk, entries, memory, moveEnds));
        var foreign = new ForeignFills(_desk, fills, _fees, entries, differences);
        _pendingFees = new(_desk, _fees);
        _cancels = new(_desk, _open, changes, requests);
        _legs = new(_desk, _open, listing, changes, requests);
        _moves = new(_desk, _open, listing, entries, memory, underWay, moveEnds);
        _protection = new(_desk, _open, listing, entries, memory, underWay, _moves, moveEnds, _legs, _cancels);
        _leverages = new(_desk, _open, changes, listing, set, modes);
        _dispatch = new(_desk, changes, turns, check, _leverages, set, _cancels, requests);
        _preview = new(_desk, _open, listing, check, _leverages, set);
        _resting = new(_desk, _open);
        _countdown = new(_desk, _open);
        _answers = new(_desk, _open, changes, turns, fills, foreign, _fees, funding, modes, _clock);
        _reconciler = new(_desk, _open, changes, fills, foreign, _fees, funding, modes, listing, requests, differences, _clock);
    }

    /// <summary>Something new is in the tables; never blocks.</summary>
    public void Wake() => _mailbox.Writer.TryWrite(Woken.Up);

    /// <summary>What would become of an order; null while nothing could be sent.</summary>
    public async Task<WouldBe?> PreviewAsync(DeskOrder order, TradeDecision decision, CancellationToken cancellationToken)
    {
        var asked = new Asked(order, decision, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        await _mailbox.Writer.WriteAsync(asked, cancellationToken);
        return await asked.Answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Works until it is stopped or something breaks; what breaks it throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _desk.Stop = stop.Token;
        try
        {
            await LoadAsync();
            Beside(ListenAsync);
            Beside(BeatAsync);
            await foreach (var message in _mailbox.Reader.ReadAllAsync(_desk.Stop))
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
        _polledAt = _desk.Parts.Time.GetTimestamp();
        var rows = await _desk.Store.RunAsync(
            async work =>
            {
                var orders = await work.OpenAsync();
                orders.ForEach(o => _desk.Machine.Abandoned(o, work.Now));

                return orders;
            },
            _desk.Stop);
        rows.ForEach(_open.Add);
        _clock.At(_desk.Now);
    }

    private Task HandleAsync(DeskMessage message)
    {
        switch (message)
        {
            case Tick:
                Volatile.Write(ref _ticking, 0);
                return TickAsync();
            case Woken:
                return AdoptAsync();
            case Posted posted:
                return _answers.PostedAsync(posted);
            case Looked looked:
                return _answers.LookedAsync(looked);
            case CancelAnswered answered:
                _cancels.Answered(answered);
                return Task.CompletedTask;
            case Prepared prepared:
                return ThenTickAsync(_leverages.AnsweredAsync(prepared));
            case Streamed streamed:
                return _answers.StreamedAsync(streamed.Event);
            case Snapshotted snapshotted:
                return ThenTickAsync(_reconciler.ReadAsync(snapshotted));
            case Counted:
                _countdown.Told();
                return Task.CompletedTask;
            case FeesPriced:
                return _pendingFees.PricedAsync();
            case Asked asked:
                return _preview.AnswerAsync(asked);
            case Broken broken:
                return Task.FromException(broken.Error);
            default:
                throw new InvalidOperationException(message.GetType().Name);
        }
    }

    /// <summary>What waited for it does not wait for the next beat.</summary>
    private async Task ThenTickAsync(Task<bool> work)
    {
        if (await work)
        {
            await TickAsync();
        }
    }

    private async Task TickAsync()
    {
        if (_desk.Parts.Time.GetElapsedTime(_polledAt) >= Poll)
        {
            await AdoptAsync();
        }

        await _moves.BeatAsync();
        var now = _desk.Now;
        _reconciler.Beat(now);
        foreach (var order in _open.Due(now))
        {
            await DueAsync(order, now);
        }

        await _resting.BeatAsync(now);
        await _cancels.CancelWantedAsync(now);
        await _protection.BeatAsync(now);
        await _countdown.BeatAsync(now);
        await _pendingFees.BeatAsync(now);
    }

    private Task DueAsync(OpenOrder order, DateTimeOffset now)
    {
        if (order.State == DeskStates.Pending)
        {
            return order.Leg == DeskLegs.Entry ? _dispatch.NextAsync(order, now) : _legs.SendAsync(order);
        }

        _answers.Look(order, now);
        return Task.CompletedTask;
    }

    /// <summary>Takes over what is new in the tables.</summary>
    private async Task AdoptAsync()
    {
        _polledAt = _desk.Parts.Time.GetTimestamp();
        foreach (var row in await _desk.Store.OpenAsync(_desk.Stop))
        {
            if (_open.Adopt(row) is { } order)
            {
                await _dispatch.NextAsync(order, _desk.Now);
            }
        }

        await _moves.TakeAsync();
    }

    private async Task<DeskMessage?> ListenAsync(CancellationToken cancellationToken)
    {
        await foreach (var happened in _desk.Venue.StreamAsync(cancellationToken))
        {
            if (happened is FillSeen { Fill: var fill })
            {
                await _fees.AskAsync([fill], cancellationToken);
            }

            await _mailbox.Writer.WriteAsync(new Streamed(happened), cancellationToken);
        }

        return null;
    }

    private async Task<DeskMessage?> BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(DeskContext.Beat, _desk.Parts.Time);
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
        var stop = _desk.Stop;
        var task = Task.Run(
            async () =>
            {
                DeskMessage? message;
                try
                {
                    message = await work(stop);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
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
                        await _mailbox.Writer.WriteAsync(message, stop);
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
