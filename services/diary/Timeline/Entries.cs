using TradingSystem.Diary.Queries;
using TradingSystem.Diary.Storage;

namespace TradingSystem.Diary.Timeline;

/// <summary>Rows as the timeline tells them.</summary>
internal static class Entries
{
    public static TimelineEntry Entry(EventRow r) => new(r.Seq, r.CreatedAt, r.EventType == "post_trade" ? "decision" : "event", r.GroupId, Items.Item(r));

    public static TimelineEntry Entry(DiscussionRow r) => new(r.Seq, r.CreatedAt, "discussion", r.GroupId, Items.Item(r));

    public static TimelineEntry Entry(SystemLogRow r) => new(r.Seq, r.CreatedAt, "system_log", null, Items.Item(r));

    public static TimelineEntry Entry(OrderUpdateRow r) => new(r.Seq, r.CreatedAt, "order_update", r.GroupId, Items.Item(r));

    public static TimelineEntry Entry(EquityRow r) => new(r.Seq, r.CreatedAt, "equity", r.GroupId, Items.Item(r));
}
