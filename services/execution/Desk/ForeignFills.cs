using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Trades that no order of ours made: somebody's by hand, or the exchange's for want of margin.</summary>
internal sealed class ForeignFills(DeskContext desk, FillBooker fills, FeePrices fees, EntryNews entries, DifferenceLog differences)
{
    private const string Liquidation = "liquidation";

    /// <summary>What it closes is booked on the groups that held it, what it opens is not ours.</summary>
    public async Task SeenAsync(VenueFill fill)
    {
        if (!differences.IsNew($"fill {fill.Symbol} {fill.FillId}"))
        {
            return;
        }

        await desk.Store.RunAsync(
            async work =>
            {
                var left = await CloseAsync(work, fill, fill.IsLiquidation ? Liquidation : "manual_close");
                if (left > 0m)
                {
                    differences.Report(work, "foreign_fill", fill.Symbol, Text(fill), null, "not booked: it closes nothing that a group holds");
                }

                return left;
            },
            desk.Stop);
    }

    /// <summary>Books it on the positions that it closes, see <see cref="HandClose"/>; what is left over.</summary>
    public async Task<decimal> CloseAsync(DeskWork work, VenueFill fill, string kind)
    {
        var ledger = await work.LedgerAsync();
        var held = work.Positions.Where(p => p.Symbol == fill.Symbol && (fill.PositionSide is null || SideOf(p) == fill.PositionSide)).Select(p => (p, p.Qty)).ToList();
        var (parts, left) = HandClose.Split(held, fill.Side == OrderSide.Buy ? 1m : -1m, fill.Quantity, fees.FeeOf(fill));
        var number = 0;
        foreach (var (position, _, qty, fee) in parts)
        {
            var (realized, _) = ledger.Book(position.GroupId, fill.Symbol, position.Leverage, FillBooker.Planned(fill, qty, fee), work.Now);
            var id = number++ == 0 ? fill.FillId : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{fill.FillId}/{number}");
            var entry = await entries.WaitingAsync(work, position);
            // The venue's order had one name, however many fills it had.
            var name = fill.VenueOrderId is { Length: > 0 } order ? order : fill.FillId;
            var exit = entry is null ? null : await work.ExitAsync(entry, name, SideWords.Of(fill.Side == OrderSide.Buy), desk.Stop);
            fills.Add(work, exit?.Id ?? Guid.Empty, exit?.DecisionId ?? Guid.Empty, position.GroupId, fill with { FillId = id, Quantity = qty }, fee, realized);
            exit?.Takes(await work.FilledAsync(exit, desk.Stop), OrderStatus.Closed, work.Now);
            differences.Report(work, kind, fill.Symbol, Text(fill), null, $"booked {Rejections.Text(qty)} on group {position.GroupId}, realised {Rejections.Text(realized)}");
            if (kind == Liquidation && position.Qty == 0m && entry is not null)
            {
                await entries.EndAsync(work, entry.Id, OrderStatus.Closed, Refusals.Liquidated);
            }
        }

        return left;
    }

    public static string Text(VenueFill fill) => $"{fill.Side} {Rejections.Text(fill.Quantity)} at {Rejections.Text(fill.Price)} ({fill.FillId})";

    private PositionSide? SideOf(Position position) => Reconciliation.SideOf(desk.Venue.Account.PositionMode, position.Qty);
}
