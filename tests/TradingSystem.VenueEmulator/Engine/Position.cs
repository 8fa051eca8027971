namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Which position a fill belongs to; the margin mode tells positions apart only where the venue keeps both (OKX).</summary>
public readonly record struct PositionKey(string Symbol, PositionSide Side, string Margin);

/// <summary>A position's life from flat to flat, as OKX keeps it.</summary>
public sealed record ClosedPosition(
    PositionKey Key, string Id, bool WasLong, decimal Closed, decimal MaxQty, decimal OpenPrice, decimal ClosePrice, decimal Pnl, decimal Fee, decimal Leverage, DateTimeOffset Opened, DateTimeOffset Ended);

/// <summary>Average cost; the quantity is negative for a short one, in both modes.</summary>
public sealed class Position(PositionKey key)
{
    private decimal _openedQty;
    private decimal _openedValue;
    private decimal _closedQty;
    private decimal _closedValue;
    private decimal _maxQty;
    private decimal _pnlOfThisLife;
    private decimal _feeOfThisLife;
    private decimal _feeOfWhatIsOpen;

    public PositionKey Key { get; } = key;

    public decimal Qty { get; private set; }

    public decimal EntryPrice { get; private set; }

    public decimal RealizedPnl { get; private set; }

    public DateTimeOffset Opened { get; private set; }

    public DateTimeOffset Updated { get; private set; }

    public decimal LifePnl => _pnlOfThisLife;

    public decimal LifeFee => _feeOfThisLife;

    public string Id { get; private set; } = "";

    public bool IsLong => Key.Side == PositionSide.Long || (Key.Side == PositionSide.Net && Qty >= 0m);

    /// <summary>What this fill of a signed quantity realises, how much of it closes, and what opening that had cost in fees.</summary>
    public (decimal Pnl, decimal Closed, decimal OpenFee) Preview(decimal signed, decimal price)
    {
        if (Qty == 0m || Math.Sign(Qty) == Math.Sign(signed))
        {
            return (0m, 0m, 0m);
        }

        var closed = Math.Min(Math.Abs(Qty), Math.Abs(signed));
        return (closed * (price - EntryPrice) * Math.Sign(Qty), closed, _feeOfWhatIsOpen * closed / Math.Abs(Qty));
    }

    /// <summary>Applies a fill; the record of the life it ended, if it did.</summary>
    public ClosedPosition? Apply(decimal signed, decimal price, decimal fee, decimal leverage, DateTimeOffset at)
    {
        var (pnl, closed, openFee) = Preview(signed, price);
        var opened = Math.Abs(signed) - closed;
        Updated = at;
        RealizedPnl += pnl;
        ClosedPosition? ended = null;
        if (closed > 0m)
        {
            _closedQty += closed;
            _closedValue += closed * price;
            _pnlOfThisLife += pnl;
            _feeOfThisLife += fee * closed / Math.Abs(signed);
            _feeOfWhatIsOpen -= openFee;
            var wasLong = Qty > 0m;
            Qty += Math.Sign(signed) * closed;
            if (Qty == 0m)
            {
                ended = new ClosedPosition(Key, Id, wasLong, _closedQty, _maxQty, _openedValue / _openedQty, _closedValue / _closedQty, _pnlOfThisLife, _feeOfThisLife, leverage, Opened, at);
                EntryPrice = 0m;
            }
        }

        if (opened > 0m)
        {
            if (Qty == 0m)
            {
                Begin(at);
            }

            _openedQty += opened;
            _openedValue += opened * price;
            _feeOfThisLife += fee * opened / Math.Abs(signed);
            _feeOfWhatIsOpen += fee * opened / Math.Abs(signed);
            EntryPrice = ((Math.Abs(Qty) * EntryPrice) + (opened * price)) / (Math.Abs(Qty) + opened);
            Qty += Math.Sign(signed) * opened;
            _maxQty = Math.Max(_maxQty, Math.Abs(Qty));
        }

        return ended;
    }

    /// <summary>What has been closed of a life that goes on; null when nothing was.</summary>
    public ClosedPosition? ClosedSoFar(decimal leverage) => Qty == 0m || _closedQty == 0m
        ? null
        : new ClosedPosition(Key, Id, Qty > 0m, _closedQty, _maxQty, _openedValue / _openedQty, _closedValue / _closedQty, _pnlOfThisLife, _feeOfThisLife, leverage, Opened, Updated);

    private void Begin(DateTimeOffset at)
    {
        (_openedQty, _openedValue, _closedQty, _closedValue, _maxQty, _pnlOfThisLife, _feeOfThisLife) = (0m, 0m, 0m, 0m, 0m, 0m, 0m);
        (EntryPrice, _feeOfWhatIsOpen) = (0m, 0m);
        Opened = at;
        Id = Number.Text(2_000_000_000_000_000_000L + (at.Ticks % 1_000_000_000_000_000L));
    }
}
