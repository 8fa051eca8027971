using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Diary.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Diary.Queries;

/// <summary>The lists of /api/v1, newest first; the cursor is the last shown row's sequence number.</summary>
public static class ListEndpoints
{
    public static readonly string[] Kinds = [EventTypes.Immediate, EventTypes.PostTrade];

    public static readonly string[] Levels = ["info", "warn", "error"];

    public static void MapLists(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").WithTags("diary");
        api.MapGet("/events", GetEventsAsync).RequireRole(Roles.Viewer).Operation("listEvents", "Events and decisions, newest first");
        api.MapGet("/discussions", GetDiscussionsAsync).RequireRole(Roles.Viewer).AllowGroup().Operation("listDiscussions", "Discussions of groups, newest first");
        api.MapGet("/discussions/{id:guid}", GetDiscussionAsync).RequireRole(Roles.Viewer).AllowGroup().Operation("getDiscussion", "One discussion");
        api.MapGet("/system-logs", GetSystemLogsAsync).RequireRole(Roles.Viewer).Operation("listSystemLogs", "What services and bots logged, newest first");
        api.MapGet("/equity", GetEquityAsync).RequireRole(Roles.Viewer).Operation("listEquity", "Account values, newest first");
    }

    private static async Task<Ok<Page<EventItem>>> GetEventsAsync(
        DiaryDb db,
        [AsParameters] ListQuery list,
        [Words(typeof(ListEndpoints), nameof(Kinds))] string? event_type,
        Guid? group_id,
        string? source_id,
        CancellationToken cancellationToken)
    {
        var source = PostgresText.Clean(source_id);
        var rows = db.Events.AsNoTracking();
        rows = event_type is null ? rows : rows.Where(e => e.EventType == event_type);
        rows = group_id is null ? rows : rows.Where(e => e.GroupId == group_id);
        rows = source is null ? rows : rows.Where(e => e.SourceId == source);
        return await PageAsync(rows, list, Items.Item, cancellationToken);
    }

    private static async Task<Results<Ok<DiscussionItem>, NotFoundError>> GetDiscussionAsync(DiaryDb db, GroupScope scope, Guid id, CancellationToken cancellationToken) =>
        await db.Discussions.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancellationToken) is { } discussion && scope.Covers(discussion.GroupId)
            ? TypedResults.Ok(Items.Item(discussion))
            : RestError.NotFound(id);

    private static async Task<Results<Ok<Page<DiscussionItem>>, RestError>> GetDiscussionsAsync(
        DiaryDb db, GroupScope scope, [AsParameters] ListQuery list, Guid? group_id, CancellationToken cancellationToken)
    {
        if (scope.Narrow(ref group_id) is { } refusal)
        {
            return refusal;
        }

        var rows = db.Discussions.AsNoTracking();
        rows = group_id is null ? rows : rows.Where(e => e.GroupId == group_id);
        return await PageAsync(rows, list, Items.Item, cancellationToken);
    }

    private static async Task<Ok<Page<SystemLogItem>>> GetSystemLogsAsync(
        DiaryDb db,
        [AsParameters] ListQuery list,
        [Words(typeof(ListEndpoints), nameof(Levels))] string? level,
        string? code,
        string? source_id,
        CancellationToken cancellationToken)
    {
        var (wantedCode, source) = (PostgresText.Clean(code), PostgresText.Clean(source_id));
        var rows = db.SystemLogs.AsNoTracking();
        rows = level is null ? rows : rows.Where(e => e.Level == level);
        rows = wantedCode is null ? rows : rows.Where(e => e.Code == wantedCode);
        rows = source is null ? rows : rows.Where(e => e.SourceId == source);
        return await PageAsync(rows, list, Items.Item, cancellationToken);
    }

    private static async Task<Ok<Page<EquityItem>>> GetEquityAsync(
        DiaryDb db,
        [AsParameters] ListQuery list,
        Guid? group_id,
        [Words(typeof(Modes))] string? mode,
        Moment? since,
        CancellationToken cancellationToken)
    {
        var rows = db.EquitySnapshots.AsNoTracking();
        rows = group_id is null ? rows : rows.Where(e => e.GroupId == group_id);
        rows = mode is null ? rows : rows.Where(e => e.Mode == mode);
        rows = since is not { Time: var first } ? rows : rows.Where(e => e.CreatedAt >= first);
        return await PageAsync(rows, list, Items.Item, cancellationToken);
    }

    private static async Task<Ok<Page<TItem>>> PageAsync<TRow, TItem>(IQueryable<TRow> rows, ListQuery list, Func<TRow, TItem> map, CancellationToken cancellationToken)
        where TRow : class, ISequenced
    {
        var found = await rows.Where(r => r.Seq < list.Before).OrderByDescending(r => r.Seq).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(found, r => r.Seq, map));
    }
}
