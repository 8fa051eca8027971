using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// The modes of the account at the venue, which somebody may change there by hand. Before every entry whose leverage is not known to be
/// set the adapter compares them and refuses another one; here it is written down for the person who has to decide, and nothing is switched.
/// </summary>
internal sealed class ModeWatch(DeskContext desk, SetLeverages leverages, DifferenceLog differences)
{
    private bool? _differ;

    public static bool IsOfModes(VenueRefusal refusal) => refusal.Code is VenueModes.PositionModeDiffers or VenueModes.MarginModeDiffers;

    public Task CompareAsync(VenueModes modes)
    {
        var differs = modes.Differs(desk.Venue.Account.PositionMode, desk.Venue.Account.MarginMode);
        return differs is null ? TellAsync(null) : DifferAsync(differs);
    }

    /// <summary>The next entry asks anew, and is refused or, once it is resolved, taken.</summary>
    public Task DifferAsync(VenueRefusal differs)
    {
        leverages.Forget();
        return TellAsync(differs);
    }

    /// <summary>Once when they differ and once when they are the same again, also over a restart.</summary>
    public async Task TellAsync(VenueRefusal? differs)
    {
        if (_differ == (differs is not null))
        {
            return;
        }

        await desk.Store.RunAsync(
            async work =>
            {
                var account = desk.AccountId;
                var last = await work.Db.ReconciliationLog.Where(r => r.AccountId == account && r.Kind == ModeRecords.Kind).OrderByDescending(r => r.Seq)
                    .Select(r => r.Done).FirstOrDefaultAsync(desk.Stop);
                if ((differs is not null) != (last == ModeRecords.Differ))
                {
                    differences.Report(work, ModeRecords.Kind, null, differs?.Message, differs?.Code, differs is null ? ModeRecords.Agree : ModeRecords.Differ);
                }

                return true;
            },
            desk.Stop);
        _differ = differs is not null;
    }
}
