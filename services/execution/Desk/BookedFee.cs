namespace TradingSystem.Execution.Desk;

/// <summary>What a fill cost, as it is booked.</summary>
/// <param name="Quote">In quote currency; 0 while it is <paramref name="Pending"/>.</param>
/// <param name="Asset">Where it is another, with <paramref name="AssetQty"/> of it.</param>
/// <param name="Pending">Nobody knows yet what it was worth.</param>
internal readonly record struct BookedFee(decimal Quote, string? Asset, decimal? AssetQty, bool Pending)
{
    /// <summary>As much of it as <paramref name="qty"/> is of <paramref name="of"/>; the last part is what is there.</summary>
    public (BookedFee Part, BookedFee Left) Split(decimal qty, decimal of)
    {
        if (qty == of)
        {
            return (this, new(0m, Asset, AssetQty is null ? null : 0m, Pending));
        }

        var part = new BookedFee(decimal.Round(Quote * qty / of, 12), Asset, AssetQty is { } all ? decimal.Round(all * qty / of, 12) : null, Pending);
        return (part, new(Quote - part.Quote, Asset, AssetQty - part.AssetQty, Pending));
    }
}
