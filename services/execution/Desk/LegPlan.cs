using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Desk;

/// <summary>A group's position, what it is to be protected with, and the legs that are out for it.</summary>
/// <param name="Qty">In whole steps of the venue, below 0 short.</param>
/// <param name="Legs">Of the position, done ones aside.</param>
/// <param name="IsAlone">The group's position is all that the venue holds there: a second leg finds nothing more to reduce.</param>
/// <param name="IsInFlight">An order is about to change the position.</param>
/// <param name="Grid">Null where the venue's rules are not known.</param>
internal sealed record Guarded(ProtectionRow Row, decimal Qty, IReadOnlyList<OpenOrder> Legs, Moving? Move, bool IsAlone, bool IsInFlight, VenueInstrument? Grid);

/// <summary>What is to be done about one kind of leg: a new one, or room for it.</summary>
internal abstract record LegStep
{
    /// <param name="Qty">Above 0.</param>
    public sealed record Make(string Leg, string Side, decimal Qty, decimal Trigger) : LegStep;

    public sealed record Clear(IReadOnlyList<OpenOrder> Legs) : LegStep;
}

/// <summary>
/// What is to be done about the protection of one position now. Pure. Always so: of a kind at most one leg is made at a time, of the
/// position's size and on the side that closes it; a leg that works goes only when the one that takes its place works, or when nothing is
/// left to protect, or where both could fill.
/// </summary>
internal abstract record LegPlan
{
    /// <summary>There is no position: the legs go, and then what it was to have.</summary>
    /// <param name="IsOver">Nothing of it is left at the venue.</param>
    public sealed record Gone(IReadOnlyList<OpenOrder> Legs, bool IsOver) : LegPlan;

    /// <summary>A leg is closing it: what is left is seen when that has ended. The clock of naked positions runs meanwhile.</summary>
    public sealed record OnItsWay : LegPlan;

    /// <param name="Steps">In this order.</param>
    /// <param name="Leaving">Legs that have no place any more, and may go now.</param>
    /// <param name="IsWhole">Every leg that the position had is covered by one that works.</param>
    /// <param name="Stands">Every leg that it is to have works.</param>
    /// <param name="IsWaiting">The venue has not said yet what became of a leg.</param>
    /// <param name="RunsClock">False while a move is under way and the position is as covered as before.</param>
    /// <param name="IsDone">All is as it is to be, and nothing more.</param>
    public sealed record Stand(
        IReadOnlyList<LegStep> Steps, IReadOnlyList<OpenOrder> Leaving, bool IsWhole, bool Stands, bool IsWaiting, bool RunsClock, bool IsDone) : LegPlan;

    public static LegPlan Of(Guarded position, ProtectionMemory memory, DateTimeOffset now)
    {
        var (row, qty, legs, move, _, _, _) = position;
        if (qty == 0m)
        {
            return new Gone(legs, legs.Count == 0 && !position.IsInFlight);
        }

        if (row.NakedSince is null && legs.Any(l => l.Row.Filled > 0m || l.Row.TriggeredOrderId is not null))
        {
            return new OnItsWay();
        }

        var isBeyond = IsBeyond(position, memory);
        var side = SideWords.Of(qty < 0m);
        var (steps, gone) = (new List<LegStep>(), new List<OpenOrder>());
        var (isWhole, stands, isWaiting) = (true, true, false);
        foreach (var (leg, trigger) in new[] { (DeskLegs.StopLoss, row.StopLoss), (DeskLegs.TakeProfit, row.TakeProfit) })
        {
            var mine = legs.Where(l => l.Leg == leg).ToList();
            if (trigger is not { } asked)
            {
                gone.AddRange(mine);
                continue;
            }

            var price = TriggerOf(position, leg, asked);
            var right = mine.FindAll(l => l.Wish is null && l.Row.Side == side && l.Row.Qty == Math.Abs(qty) && l.Row.TriggerPrice == price);
            var works = right.Exists(l => l.Guards);
            stands &= works;
            isWhole &= works || move?.IsAdded(leg) == true || mine.Exists(l => l.Guards && l.Row.Side == side && l.Row.Qty >= Math.Abs(qty));
            isWaiting |= right.Exists(l => l.State != DeskStates.Working);
            if (right.Count == 0 && !row.Flattening && !isBeyond && !memory.WasRefused(row.GroupId, row.Symbol, leg, now))
            {
                steps.Add(move is null || mine.Count == 0 || position.IsAlone ? new LegStep.Make(leg, side, Math.Abs(qty), price) : new LegStep.Clear(mine));
            }
            else if (works)
            {
                gone.AddRange(mine.Except(right).Concat(right.Where(l => l.Guards).Skip(1)));
            }
        }

        // A move is done as a whole: what was there goes when all that is new stands.
        var mayGo = move is null || stands;
        return new Stand(steps, mayGo ? gone : [], isWhole, stands, isWaiting, mayGo || !isWhole, stands && gone.Count == 0);
    }

    /// <summary>The price is beyond a leg that the position is to have now; what it would have done is done at once.</summary>
    public static bool IsBeyond(Guarded position, ProtectionMemory memory) =>
        IsBeyond(position, memory, DeskLegs.StopLoss, position.Row.StopLoss) || IsBeyond(position, memory, DeskLegs.TakeProfit, position.Row.TakeProfit);

    /// <summary>A venue takes whole steps only, also where it has made them larger since.</summary>
    public static decimal InSteps(decimal held, VenueInstrument? grid) => grid is null ? held : Math.Sign(held) * Sizing.RoundDown(Math.Abs(held), grid.Step);

    /// <summary>Nobody else on the account holds what one leg too many would reduce.</summary>
    public static bool IsAlone(ProtectionRow row, decimal qty, IEnumerable<Position> positions, PositionMode mode) => !positions.Any(
        p => p.Symbol == row.Symbol && p.GroupId != row.GroupId && (mode == PositionMode.OneWay || p.Qty > 0m == qty > 0m));

    private static bool IsBeyond(Guarded position, ProtectionMemory memory, string leg, decimal? asked) =>
        asked is { } trigger && memory.IsBeyond(position.Row.GroupId, position.Row.Symbol, leg, TriggerOf(position, leg, trigger));

    /// <summary>As it was checked, unless the venue has changed its tick since.</summary>
    private static decimal TriggerOf(Guarded position, string leg, decimal asked) => position.Grid is { } grid
        ? ProtectionPrices.OnGrid(leg == DeskLegs.StopLoss ? LegKinds.StopLoss : LegKinds.TakeProfit, position.Qty > 0m, asked, grid.Tick)
        : asked;
}
