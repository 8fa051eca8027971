using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>The account is compared with the venue: at the start, regularly, and whenever something may have been missed.</summary>
public sealed partial class AccountDesk
{
    private const decimal BalanceDoubt = 0.01m;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    // Younger than that, the stream may still tell of it.
    private static readonly TimeSpan StreamDelay = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Symbol, string? Side), (decimal Venue, decimal Ours)> _differences = [];
    private DateTimeOffset _snapshotDue;
    private bool _snapshotting;

    private void SnapshotSoon()
    {
        var soon = Now + Soon;
        _snapshotDue = soon < _snapshotDue ? soon : _snapshotDue;
    }

    private void BeginSnapshot()
    {
        _snapshotting = true;
        var reader = new SnapshotReader(_venue, _parts.Time, IsOtherAsync);
        Beside(async token =>
        {
            var (since, symbols) = await _store.ReadAsync(db => WhatToReadAsync(db, token), token);
            var read = await reader.ReadAsync(symbols, since, token);
            await PriceFeesAsync(read.Snapshot?.Fills ?? [], token);
            return read;
        });
    }

    private async Task<(DateTimeOffset Since, List<string> Symbols)> WhatToReadAsync(Storage.ExecutionDb db, CancellationToken cancellationToken)
    {
        var account = _store.AccountId;
        var owner = await db.DeskOwners.AsNoTracking().SingleAsync(o => o.AccountId == account, cancellationToken);
        // Never compared before: what was traded before this moment is not ours.
        var since = owner.ReconciledAt is { } last ? last - Overlap : owner.OwnedAt;
        var held = await db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).Select(p => p.Symbol).ToListAsync(cancellationToken);
        var ordered = await db.DeskOrders.AsNoTracking().Where(o => o.AccountId == account && o.UpdatedAt >= since && o.SentAt != null).Select(o => o.Symbol).Distinct().ToListAsync(cancellationToken);
        var open = await db.DeskOrders.AsNoTracking().Where(o => o.AccountId == account && o.SentAt != null && (o.State == DeskStates.Sending || o.State == DeskStates.Working || o.State == DeskStates.Unknown || o.State == DeskStates.Held))
            .Select(o => new { o.Symbol, o.SentAt }).ToListAsync(cancellationToken);
        // An order that has been open for long may have been filled before the last comparison and not been recognised.
        var oldest = open.Min(o => o.SentAt) is { } sent && sent - Overlap < since ? sent - Overlap : since;
        return (oldest, [.. held.Concat(ordered).Concat(open.Select(o => o.Symbol)).Distinct(StringComparer.Ordinal)]);
    }

    private async Task SnapshottedAsync(Snapshotted message)
    {
        _snapshotting = false;
        if (message.Snapshot is not { } snapshot)
        {
            DeskLog.NotRead(_parts.Log, _store.AccountId, message.Why);
            _snapshotDue = Now + AfterFailure;
            return;
        }

        _snapshotDue = Now + TimeSpan.FromSeconds(_parts.Options.OrderSyncIntervalS);
        _unreadable.Clear();
        foreach (var instrument in snapshot.Instruments)
        {
            if (instrument.Fault is { } fault)
            {
                _unreadable[instrument.Symbol] = fault;
                _instruments.Remove(instrument.Symbol);
            }
            else
            {
                _instruments[instrument.Symbol] = instrument;
            }
        }

        await CompareModesAsync(snapshot.Modes);
        var isComplete = await CompareFillsAsync(snapshot);
        await CompareFundingAsync(snapshot);
        await CompareOrdersAsync(snapshot);
        await ComparePositionsAsync(snapshot);
        await FinishAsync(snapshot with { IsComplete = isComplete && snapshot.IsComplete });
        _isReady = true;
        await TickAsync();
    }

    /// <summary>False when it cannot be told yet whose some fill is.</summary>
    private async Task<bool> CompareFillsAsync(VenueSnapshot snapshot)
    {
        var isComplete = true;
        foreach (var some in snapshot.Fills.OrderBy(f => f.At).GroupBy(f => f.Symbol))
        {
            var (account, ids) = (_store.AccountId, some.Select(f => f.FillId).ToArray());
            var known = await _store.ReadAsync(
                db => db.Fills.AsNoTracking().Where(f => f.AccountId == account && f.Symbol == some.Key && ids.Contains(f.VenueFillId)).Select(f => f.VenueFillId!).ToListAsync(_stop), _stop);
            foreach (var fill in some.Where(f => !known.Contains(f.FillId)))
            {
                isComplete &= await NewFillAsync(fill, snapshot);
            }
        }

        return isComplete;
    }

    private async Task<bool> NewFillAsync(VenueFill fill, VenueSnapshot snapshot)
    {
        var name = string.IsNullOrEmpty(fill.ClientId) && snapshot.Named.TryGetValue(fill.VenueOrderId, out var told) ? told : fill.ClientId;
        var owner = await OwnerOfAsync(fill with { ClientId = name });
        if (owner is not null)
        {
            var isLate = Now + _venue.ClockOffset - fill.At > StreamDelay;
            await ChangeAsync(owner, (work, order) =>
            {
                if (isLate)
                {
                    Report(work, "fill", fill.Symbol, Text(fill), null, $"booked on {owner}");
                }

                return BookAsync(work, order, [fill]);
            });
        }
        else if (string.IsNullOrEmpty(name) && !fill.IsLiquidation && _open.Values.Any(o => MayHaveMade(o, fill)))
        {
            // The venue cannot name its order yet, and of one of ours nobody knows the venue's id yet: booked as somebody else's it would be
            // missing on that order for ever.
            SnapshotSoon();
            return false;
        }
        else if (!string.IsNullOrEmpty(name) || snapshot.Named.ContainsKey(fill.VenueOrderId))
        {
            await ForeignFillAsync(fill);
        }

        return true;
    }

    /// <summary>Its outcome is not known yet. One that a person must look for, which may take days, holds up no booking.</summary>
    private static bool MayHaveMade(DeskOrder order, VenueFill fill) =>
        order is { State: DeskStates.Sending or DeskStates.Unknown, VenueOrderId: null } && order.Symbol == fill.Symbol && order.IsBuy == (fill.Side == OrderSide.Buy);

    /// <summary>Nobody of ours traded: what it closes is booked on the groups that held it, what it opens is not ours.</summary>
    private async Task ForeignFillAsync(VenueFill fill)
    {
        if (!_reported.Add($"fill {fill.Symbol} {fill.FillId}"))
        {
            return;
        }

        await _store.RunAsync(
            async work =>
            {
                var left = await CloseByHandAsync(work, fill, fill.IsLiquidation ? Liquidation : "manual_close");
                if (left > 0m)
                {
                    Report(work, "foreign_fill", fill.Symbol, Text(fill), null, "not booked: it closes nothing that a group holds");
                }

                return left;
            },
            _stop);
    }

    /// <summary>Books a trade that no order of ours made on the positions that it closes, the largest first; what is left over.</summary>
    private async Task<decimal> CloseByHandAsync(DeskWork work, VenueFill fill, string kind)
    {
        var ledger = await work.LedgerAsync();
        var signed = fill.Side == OrderSide.Buy ? 1m : -1m;
        var (left, feeLeft) = (fill.Quantity, FeeOf(fill));
        var part = 0;
        foreach (var position in work.Positions.Where(p => p.Symbol == fill.Symbol && p.Qty * signed < 0m && SideOf(p) is var side && (fill.PositionSide is null || side == fill.PositionSide))
            .OrderByDescending(p => Math.Abs(p.Qty)).ToList())
        {
            if (left == 0m)
            {
                break;
            }

            var qty = Math.Min(Math.Abs(position.Qty), left);
            (var fee, feeLeft) = feeLeft.Split(qty, left);
            var (realized, _) = ledger.Book(position.GroupId, fill.Symbol, position.Leverage, Planned(fill, qty, fee), work.Now);
            var id = part++ == 0 ? fill.FillId : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{fill.FillId}/{part}");
            var entry = await ProtectedEntryAsync(work, position);
            // The venue's order had one name, however many fills it had.
            var exit = entry is null ? null : await work.ExitAsync(entry, fill.VenueOrderId is { Length: > 0 } name ? name : fill.FillId, SideWords.Of(fill.Side == OrderSide.Buy), _stop);
            Add(work, exit?.Id ?? Guid.Empty, exit?.DecisionId ?? Guid.Empty, position.GroupId, fill with { FillId = id, Quantity = qty }, fee, realized);
            exit?.Takes(await work.FilledAsync(exit, _stop), OrderStatus.Closed, work.Now);
            Report(work, kind, fill.Symbol, Text(fill), null, $"booked {Rejections.Text(qty)} on group {position.GroupId}, realised {Rejections.Text(realized)}");
            left -= qty;
            if (kind == Liquidation && position.Qty == 0m && entry is not null)
            {
                await EndEntryAsync(work, entry.Id, OrderStatus.Closed, Refusals.Liquidated);
            }
        }

        return left;
    }

    private async Task CompareOrdersAsync(VenueSnapshot snapshot)
    {
        var now = Now;
        var there = snapshot.Orders.Where(o => o.ClientId is not null).Select(o => o.ClientId!).ToHashSet(StringComparer.Ordinal);
        foreach (var order in _open.Values.Where(o => o.IsUncertain || (o.State == DeskStates.Working && !there.Contains(o.ClientId))))
        {
            order.CheckAt = now;
        }

        foreach (var order in snapshot.Orders.Where(o => Find(o.ClientId, o.VenueId) is null))
        {
            var owner = await OwnerOfAsync(new VenueFill(order.Symbol, "", order.VenueId, order.ClientId, order.Side, null, 0m, 0m, null, null, now));
            if (owner is null)
            {
                await ReportAsync("foreign_order", order.Symbol, $"{order.ClientId ?? order.VenueId} {order.Side} {Rejections.Text(order.Quantity)}", null, "left alone");
            }
            else if (await IsDoneAsync(owner, snapshot.ReadAt))
            {
                await ReportAsync("order", order.Symbol, $"{order.ClientId} open", "done", "cancelled");
                var reference = new OrderRef(order.Symbol, order.ClientId, order.VenueId, order.IsProtection);
                Beside(async token => new CancelAnswered(owner, await OnceAsync(t => _venue.CancelAsync(reference, t), token)));
            }
        }
    }

    /// <summary>Done since before the snapshot was read.</summary>
    private Task<bool> IsDoneAsync(string clientId, DateTimeOffset before) => _store.ReadAsync(
        db => db.DeskOrders.AnyAsync(o => o.ClientId == clientId && o.UpdatedAt < before && (o.State == DeskStates.Filled || o.State == DeskStates.Canceled || o.State == DeskStates.Rejected), _stop), _stop);

    private async Task ComparePositionsAsync(VenueSnapshot snapshot)
    {
        var account = _store.AccountId;
        var ours = await _store.ReadAsync(db => db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).ToListAsync(_stop), _stop);
        var sums = ours.GroupBy(p => (p.Symbol, Side: SideOf(p)?.ToString())).ToDictionary(g => g.Key, g => g.Sum(p => p.Qty));
        var theirs = snapshot.Positions.GroupBy(p => (p.Symbol, Side: p.Side?.ToString())).ToDictionary(g => g.Key, g => g.Sum(p => p.Quantity));
        foreach (var key in sums.Keys.Union(theirs.Keys).ToList())
        {
            var (venue, own) = (theirs.GetValueOrDefault(key), sums.GetValueOrDefault(key));
            if (venue == own)
            {
                _differences.Remove(key);
            }
            else if (_open.Values.Any(o => o.IsInFlight && o.Symbol == key.Symbol) || !_differences.TryGetValue(key, out var before) || before != (venue, own))
            {
                // It may be on its way; what is still so in a moment is a difference.
                _differences[key] = (venue, own);
                SnapshotSoon();
            }
            else if (_reported.Add($"position {key} {venue} {own}"))
            {
                await PositionDiffersAsync(key.Symbol, key.Side, venue, own, snapshot);
            }
        }
    }

    /// <summary>No fill explains it. What the venue does not hold any more is taken off the groups; what it holds beyond is not theirs.</summary>
    private Task<decimal> PositionDiffersAsync(string symbol, string? side, decimal venue, decimal own, VenueSnapshot snapshot) => _store.RunAsync(
        async work =>
        {
            var excess = own - venue;
            var price = snapshot.Positions.FirstOrDefault(p => p.Symbol == symbol)?.MarkPrice ?? _parts.Prices.Find(symbol)?.Price;
            if (own * excess <= 0m || price is not { } mark)
            {
                Report(work, "foreign_position", symbol, Rejections.Text(venue), Rejections.Text(own), "left alone: a person should look");
                return 0m;
            }

            var taken = Math.Min(Math.Abs(excess), Math.Abs(own));
            var bucket = side is null ? (PositionSide?)null : Enum.Parse<PositionSide>(side);
            var id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"difference-{work.Now.UtcTicks}");
            var left = await CloseByHandAsync(work, new VenueFill(symbol, id, "", null, own > 0m ? OrderSide.Sell : OrderSide.Buy, bucket, taken, mark, 0m, Quote, work.Now), "position");
            return left;
        },
        _stop);

    private async Task FinishAsync(VenueSnapshot snapshot)
    {
        await _store.RunAsync(
            async work =>
            {
                var account = _store.AccountId;
                var owner = await work.Db.DeskOwners.SingleAsync(o => o.AccountId == account, _stop);
                owner.ReconciledAt = snapshot.IsComplete ? snapshot.ReadAt : owner.ReconciledAt;
                if (snapshot.Wallet is { } wallet)
                {
                    var ledger = await work.LedgerAsync();
                    if (Math.Abs(wallet - ledger.Account.Balance) > BalanceDoubt && _isReady && !_open.Values.Any(o => o.IsInFlight))
                    {
                        Report(work, "balance", null, Rejections.Text(wallet), Rejections.Text(ledger.Account.Balance), "taken over");
                    }

                    if (wallet != ledger.Account.Balance)
                    {
                        ledger.Account.Balance = wallet;
                        work.AccountChanged();
                    }
                }

                return true;
            },
            _stop);
    }

    private async Task ReportAsync(string kind, string? symbol, string? venue, string? ours, string done)
    {
        if (_reported.Add($"{kind} {symbol} {venue} {ours}"))
        {
            await _store.RunAsync(
                work =>
                {
                    Report(work, kind, symbol, venue, ours, done);
                    return Task.FromResult(true);
                },
                _stop);
        }
    }

    private void Report(DeskWork work, string kind, string? symbol, string? venue, string? ours, string done)
    {
        work.Log(kind, symbol, venue, ours, done);
        DeskLog.Differs(_parts.Log, _store.AccountId, kind, symbol, venue, ours, done);
        DeskTelemetry.Differs(kind);
    }

    private PositionSide? SideOf(Position position) =>
        _venue.Account.PositionMode == PositionMode.OneWay ? null : position.Qty > 0m ? PositionSide.Long : PositionSide.Short;

    private static string Text(VenueFill fill) => $"{fill.Side} {Rejections.Text(fill.Quantity)} at {Rejections.Text(fill.Price)} ({fill.FillId})";
}
