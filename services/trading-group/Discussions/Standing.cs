using TradingSystem.TradingGroup.Market;
using TradingSystem.TradingGroup.Storage;

namespace TradingSystem.TradingGroup.Discussions;

/// <summary>
/// Where a group stands now: the position execution announced since the last decision (which it may have refused),
/// else what the last decision meant.
/// </summary>
public static class Standing
{
    public static int Of(StanceRow stance, HeldPosition? held) =>
        held is not null && (stance.LastDiscussionAt is not { } decided || held.At > decided) ? Math.Sign(held.Qty) : stance.Direction;
}
