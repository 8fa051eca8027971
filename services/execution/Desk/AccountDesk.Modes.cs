using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// The modes of the account at the venue, which somebody may change there by hand. Before every entry whose leverage is not known to be
/// set the adapter compares them and refuses another one; here it is written down for the person who has to decide, and nothing is switched.
/// </summary>
public sealed partial class AccountDesk
{
    private bool? _modesDiffer;

    /// <summary>A refusal that another mode at the exchange explains says so; it is as certain as before.</summary>
    private async Task<VenueReply<OrderAck>> WithModesAsync(string symbol, VenueReply<OrderAck> reply, CancellationToken cancellationToken) =>
        reply.Refusal?.Meaning is RefusalMeaning.Configuration or RefusalMeaning.Parameter
        && (await _venue.ModesAsync(symbol, cancellationToken)).Value?.Differs(_venue.Account.PositionMode, _venue.Account.MarginMode) is { } differs
            ? VenueReply.Refused<OrderAck>(differs)
            : reply;

    private static bool IsOfModes(VenueRefusal refusal) => refusal.Code is VenueModes.PositionModeDiffers or VenueModes.MarginModeDiffers;

    private async Task CompareModesAsync(VenueModes modes)
    {
        var differs = modes.Differs(_venue.Account.PositionMode, _venue.Account.MarginMode);
        if (differs is not null)
        {
            // So the next entry asks anew, and is refused or, once it is resolved, taken.
            _prepared.Clear();
        }

        await TellModesAsync(differs);
    }

    /// <summary>Once when they differ and once when they are the same again, also over a restart.</summary>
    private async Task TellModesAsync(VenueRefusal? differs)
    {
        if (_modesDiffer == (differs is not null))
        {
            return;
        }

        await _store.RunAsync(
            async work =>
            {
                var account = _store.AccountId;
                var last = await work.Db.ReconciliationLog.Where(r => r.AccountId == account && r.Kind == ModeRecords.Kind).OrderByDescending(r => r.Seq).Select(r => r.Done).FirstOrDefaultAsync(_stop);
                if ((differs is not null) != (last == ModeRecords.Differ))
                {
                    Report(work, ModeRecords.Kind, null, differs?.Message, differs?.Code, differs is null ? ModeRecords.Agree : ModeRecords.Differ);
                }

                return true;
            },
            _stop);
        _modesDiffer = differs is not null;
    }
}
