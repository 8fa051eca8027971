using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Diary.Storage;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting;
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
        api.MapGet("/events", GetEventsAsync).RequireRole(Roles.Viewer).Operation("listEvents", "Events and decisions, newest first").Produces<Page<EventItem>>();
        api.MapGet("/discussions", GetDiscussionsAsync).RequireRole(Roles.Viewer).AllowGroup().Operation("listDiscussions", "Discussions of groups, newest first").Produces<Page<DiscussionItem>>();
        api.MapGet("/discussions/{id:guid}", GetDiscussionAsync).RequireRole(Roles.Viewer).AllowGroup().Operation("getDiscussion", "One discussion").Produces<DiscussionItem>().Produces<ApiError>(404);
        api.MapGet("/system-logs", GetSystemLogsAsync).RequireRole(Roles.Viewer).Operation("listSystemLogs", "What services and bots logged, newest first").Produces<Page<SystemLogItem>>();
        api.MapGet("/equity", GetEquityAsync).RequireRole(Roles.Viewer).Operation("listEquity", "Account values, newest first").Produces<Page<EquityItem>>();
    }

    private static async Task<IResult> GetEventsAsync(
        DiaryDb db,
        string? limit,
        string? cursor,
        [FromQuery(Name = "event_type"), Words(typeof(ListEndpoints), nameof(Kinds))] string? eventType,
        [FromQuery(Name = "group_id")] string? groupId,
        [FromQuery(Name = "source_id")] string? sourceId,
        CancellationToken cancellationToken)
    {
        var check = new QueryCheck();
        var group = check.Id("group_id", groupId);
        eventType = check.OneOf("event_type", eventType, Kinds);
        var source = QueryCheck.Text(sourceId);
        var rows = db.Events.AsNoTracking();
        rows = eventType is null ? rows : rows.Where(e => e.EventType == eventType);
        rows = group is null ? rows : rows.Where(e => e.GroupId == group);
        rows = source is null ? rows : rows.Where(e => e.SourceId == source);
        return await PageAsync(rows, check, limit, cursor, Items.Item, cancellationToken);
    }

    private static async Task<IResult> GetDiscussionAsync(DiaryDb db, GroupScope scope, Guid id, CancellationToken cancellationToken) =>
        await db.Discussions.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancellationToken) is { } discussion && scope.Covers(discussion.GroupId)
            ? Results.Ok(Items.Item(discussion))
            : ApiError.Of(StatusCodes.Status404NotFound, "not_found", new FieldError("id", "existing", id.ToString()));

    private static async Task<IResult> GetDiscussionsAsync(
        DiaryDb db,
        GroupScope scope,
        string? limit,
        string? cursor,
        [FromQuery(Name = "group_id")] string? groupId,
        CancellationToken cancellationToken)
    {
        var check = new QueryCheck();
        var group = check.Id("group_id", groupId);
        if (scope.Narrow(ref group) is { } refusal)
        {
            return refusal;
        }

        var rows = db.Discussions.AsNoTracking();
        rows = group is null ? rows : rows.Where(e => e.GroupId == group);
        return await PageAsync(rows, check, limit, cursor, Items.Item, cancellationToken);
    }

    private static async Task<IResult> GetSystemLogsAsync(
        DiaryDb db,
        string? limit,
        string? cursor,
        [Words(typeof(ListEndpoints), nameof(Levels))] string? level,
        string? code,
        [FromQuery(Name = "source_id")] string? sourceId,
        CancellationToken cancellationToken)
    {
        var check = new QueryCheck();
        var wantedLevel = check.OneOf("level", level, Levels);
        var (wantedCode, source) = (QueryCheck.Text(code), QueryCheck.Text(sourceId));
        var rows = db.SystemLogs.AsNoTracking();
        rows = wantedLevel is null ? rows : rows.Where(e => e.Level == wantedLevel);
        rows = wantedCode is null ? rows : rows.Where(e => e.Code == wantedCode);
        rows = source is null ? rows : rows.Where(e => e.SourceId == source);
        return await PageAsync(rows, check, limit, cursor, Items.Item, cancellationToken);
    }

    private static async Task<IResult> GetEquityAsync(
        DiaryDb db,
        string? limit,
        string? cursor,
        [FromQuery(Name = "group_id")] string? groupId,
        [Words(typeof(Modes))] string? mode,
        string? since,
        CancellationToken cancellationToken)
    {
        var check = new QueryCheck();
        var group = check.Id("group_id", groupId);
        mode = check.OneOf("mode", mode, Modes.All);
        var moment = check.Time("since", since);
        var rows = db.EquitySnapshots.AsNoTracking();
        rows = group is null ? rows : rows.Where(e => e.GroupId == group);
        rows = mode is null ? rows : rows.Where(e => e.Mode == mode);
        rows = moment is null ? rows : rows.Where(e => e.CreatedAt >= moment);
        return await PageAsync(rows, check, limit, cursor, Items.Item, cancellationToken);
    }

    private static async Task<IResult> PageAsync<TRow, TItem>(
        IQueryable<TRow> rows,
        QueryCheck check,
        string? limit,
        string? cursor,
        Func<TRow, TItem> map,
        CancellationToken cancellationToken)
        where TRow : class, ISequenced
    {
        var count = check.Limit(limit);
        var before = check.Seq("cursor", cursor);
        if (check.Problem is { } problem)
        {
            return problem;
        }

        rows = before is null ? rows : rows.Where(r => r.Seq < before);
        var found = await rows.OrderByDescending(r => r.Seq).Take(count + 1).ToListAsync(cancellationToken);
        return Results.Ok(Paging.Cut(found, count, r => r.Seq, map));
    }
}
