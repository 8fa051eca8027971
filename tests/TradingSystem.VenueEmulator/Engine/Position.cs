namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Which position a fill belongs to; the margin mode tells positions apart only where the venue keeps both (OKX).</summary>
public readonly record struct PositionKey(string Symbol, PositionSide Side, string Margin);

/// <summary>Average cost; the quantity is negative for a short one, in both modes.</summary>
public sealed class Position(PositionKey key)
{
    public PositionKey Key { get; } = key;

    public decimal Qty { get; private set; }

    public decimal EntryPrice { get; private set; }

    public decimal RealizedPnl { get; private set; }

    public DateTimeOffset Opened { get; private set; }

    public DateTimeOffset Updated { get; private set; }

    /// <summary>Realised since it was last flat.</summary>
    public decimal LifePnl { get; private set; }

    /// <summary>Fees since it was last flat.</summary>
    public decimal LifeFee { get; private set; }

    public string Id { get; private set; } = "";

    /// <summary>What this fill of a signed quantity realises, and how much of it closes.</summary>
    public (decimal Pnl, decimal Closed) Preview(decimal signed, decimal price)
    {
        if (Qty == 0m || Math.Sign(Qty) == Math.Sign(signed))
        {
            return (0m, 0m);
        }

        var closed = Math.Min(Math.Abs(Qty), Math.Abs(signed));
        return (closed * (price - EntryPrice) * Math.Sign(Qty), closed);
    }

    public void Apply(decimal signed, decimal price, decimal fee, DateTimeOffset at)
    {
        var (pnl, closed) = Preview(signed, price);
        var opened = Math.Abs(signed) - closed;
        Updated = at;
        RealizedPnl += pnl;
        if (closed > 0m)
        {
            LifePnl += pnl;
            LifeFee += fee * closed / Math.Abs(signed);
            Qty += Math.Sign(signed) * closed;
            if (Qty == 0m)
            {
                EntryPrice = 0m;
            }
        }

        if (opened > 0m)
        {
            if (Qty == 0m)
            {
                Begin(at);
            }

            LifeFee += fee * opened / Math.Abs(signed);
            EntryPrice = ((Math.Abs(Qty) * EntryPrice) + (opened * price)) / (Math.Abs(Qty) + opened);
            Qty += Math.Sign(signed) * opened;
        }
    }

    private void Begin(DateTimeOffset at)
    {
        (LifePnl, LifeFee, EntryPrice) = (0m, 0m, 0m);
        Opened = at;
        Id = Number.Text(2_000_000_000_000_000_000L + (at.Ticks % 1_000_000_000_000_000L));
    }
}
