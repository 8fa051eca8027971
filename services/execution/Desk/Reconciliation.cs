using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>One thing that the venue says otherwise than our tables.</summary>
internal abstract record Difference
{
    /// <summary>What became of it is asked for.</summary>
    public sealed record OrderUnclear(OpenOrder Order) : Difference;

    /// <summary>Somebody else's: it is left alone.</summary>
    public sealed record OrderForeign(VenueOrder Order) : Difference;

    /// <summary>One of ours that was done before the venue was read, and is open there: it is cancelled.</summary>
    public sealed record OrderLeftOver(VenueOrder Order, string ClientId) : Difference;

    /// <param name="Side">The bucket in hedge mode, null in one-way mode.</param>
    /// <param name="Venue">What the venue holds, below 0 short.</param>
    /// <param name="Ours">The sum of the groups' positions.</param>
    public sealed record PositionDiffers(string Symbol, PositionSide? Side, decimal Venue, decimal Ours) : Difference
    {
        /// <summary>
        /// What is taken off the groups, above 0: as much as the venue does not hold any more. 0 where it holds more than they do, or holds
        /// what they do not: that is not theirs.
        /// </summary>
        public decimal Taken => Ours * (Ours - Venue) <= 0m ? 0m : Math.Min(Math.Abs(Ours - Venue), Math.Abs(Ours));
    }
}

/// <summary>Whose a fill is that is not booked yet.</summary>
internal enum FillOwner
{
    Ours,

    /// <summary>
    /// The venue cannot name its order yet, and of one of ours nobody knows the venue's id yet: booked as somebody else's it would be missing
    /// on that order for ever.
    /// </summary>
    Unclear,

    /// <summary>Nobody of ours traded.</summary>
    Foreign,

    /// <summary>The venue names no order and says nothing of it: the next comparison asks again.</summary>
    Unnamed,
}

/// <summary>What our tables have, read after every fill of the snapshot was booked.</summary>
/// <param name="Positions">Those that are not flat, of every group.</param>
/// <param name="Owners">Our order behind each open order of the venue that is not among <paramref name="Open"/>, which a venue's id alone does not
/// name: a stop may have the number of an order; nothing for somebody else's.</param>
internal sealed record OurBooks(IReadOnlyList<Position> Positions, OpenOrders Open, IReadOnlyDictionary<VenueOrder, (string ClientId, bool IsDone)> Owners, PositionMode Mode);

/// <summary>
/// The account as the venue has it against the account as our tables have it. Pure: it reads nothing, changes nothing and knows no time.
/// Always so:
/// <list type="number">
/// <item>Books that are the same have no difference, but for orders that nobody knows the outcome of.</item>
/// <item>Each symbol and bucket, and each order, is told once at most.</item>
/// <item>What is taken off the groups never turns their position and never makes it larger; afterwards they hold no more than the venue does on their
/// side.</item>
/// <item>An order of ours that is open here is never cancelled for what the venue says of it.</item>
/// <item>A fill that one of our orders may have made is never booked as somebody else's.</item>
/// </list>
/// </summary>
internal static class Reconciliation
{
    public static IReadOnlyList<Difference> Differences(VenueSnapshot snapshot, OurBooks ours) => [.. OfOrders(snapshot, ours), .. OfPositions(snapshot, ours)];

    /// <summary>Our name of a fill's order where the venue told it with the fill or when it was asked; null or empty where it told none.</summary>
    public static string? NameOf(VenueFill fill, VenueSnapshot snapshot) =>
        string.IsNullOrEmpty(fill.ClientId) && snapshot.Named.TryGetValue(fill.VenueOrderId, out var told) ? told : fill.ClientId;

    /// <param name="owner">Our order by name or by the venue's id, null where there is none.</param>
    public static FillOwner OwnerOf(VenueFill fill, string? owner, VenueSnapshot snapshot, OpenOrders open)
    {
        var isNamed = !string.IsNullOrEmpty(NameOf(fill, snapshot));
        return owner is not null ? FillOwner.Ours
            : !isNamed && !fill.IsLiquidation && open.MayHaveMade(fill) ? FillOwner.Unclear
            : isNamed || snapshot.Named.ContainsKey(fill.VenueOrderId) ? FillOwner.Foreign
            : FillOwner.Unnamed;
    }

    /// <summary>The bucket of a position; in one-way mode there is none.</summary>
    public static PositionSide? SideOf(PositionMode mode, decimal qty) => mode == PositionMode.OneWay ? null : qty > 0m ? PositionSide.Long : PositionSide.Short;

    private static IEnumerable<Difference> OfOrders(VenueSnapshot snapshot, OurBooks ours)
    {
        var there = snapshot.Orders.Where(o => o.ClientId is not null).Select(o => o.ClientId!).ToHashSet(StringComparer.Ordinal);
        foreach (var order in ours.Open.All.Where(o => o.Row.IsUncertain || (o.State == DeskStates.Working && !there.Contains(o.ClientId))))
        {
            yield return new Difference.OrderUnclear(order);
        }

        foreach (var order in snapshot.Orders.Where(o => ours.Open.Find(o.ClientId, o.VenueId) is null))
        {
            if (!ours.Owners.TryGetValue(order, out var owner))
            {
                yield return new Difference.OrderForeign(order);
            }
            else if (owner.IsDone)
            {
                yield return new Difference.OrderLeftOver(order, owner.ClientId);
            }
        }
    }

    private static IEnumerable<Difference> OfPositions(VenueSnapshot snapshot, OurBooks ours)
    {
        var own = Sums(ours.Positions.Select(p => (p.Symbol, SideOf(ours.Mode, p.Qty), p.Qty)));
        var theirs = Sums(snapshot.Positions.Select(p => (p.Symbol, p.Side, p.Quantity)));
        return own.Keys.Union(theirs.Keys)
            .Select(key => new Difference.PositionDiffers(key.Symbol, key.Side, theirs.GetValueOrDefault(key), own.GetValueOrDefault(key)))
            .Where(d => d.Venue != d.Ours);
    }

    private static Dictionary<(string Symbol, PositionSide? Side), decimal> Sums(IEnumerable<(string Symbol, PositionSide? Side, decimal Qty)> positions) =>
        positions.GroupBy(p => (p.Symbol, p.Side)).ToDictionary(g => g.Key, g => g.Sum(p => p.Qty));
}

/// <summary>
/// Positions that differed. One may be on its way while an order is, or while a fill is: what was the same the last time and is not waited for
/// any more is a difference.
/// </summary>
internal sealed class PositionDoubts
{
    private readonly HashSet<(Difference.PositionDiffers Difference, bool IsBooked)> _dealtWith = [];

    private Dictionary<(string Symbol, PositionSide? Side), Difference.PositionDiffers> _before = [];

    /// <summary>Those that are certain now, and whether to look again soon for the others.</summary>
    /// <param name="isInFlight">Something is about to change the position of the symbol.</param>
    public (IReadOnlyList<Difference.PositionDiffers> Certain, bool LookAgain) Weigh(IEnumerable<Difference.PositionDiffers> differences, Func<string, bool> isInFlight)
    {
        var (seen, certain) = (differences.ToList(), new List<Difference.PositionDiffers>());
        certain.AddRange(seen.Where(d => !isInFlight(d.Symbol) && _before.TryGetValue((d.Symbol, d.Side), out var before) && before == d));
        _before = seen.ToDictionary(d => (d.Symbol, d.Side));
        _dealtWith.RemoveWhere(known => !seen.Contains(known.Difference));
        return (certain, certain.Count < seen.Count);
    }

    /// <summary>
    /// False for what has been dealt with and has differed without a break since. Once both have been the same, the same figures are another
    /// difference. What was only told, as there was no price to book it at, is new once more when it can be booked.
    /// </summary>
    public bool IsNew(Difference.PositionDiffers difference, bool isBooked) => _dealtWith.Add((difference, isBooked));
}
