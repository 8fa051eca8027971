using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Calendar;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Schedules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Api;

/// <summary><c>/api/v1/schedules</c>: what triggers left to be raised later. They are made over the wire.</summary>
internal static class SchedulesApi
{
    private const int Next = 10;

    public static void MapSchedules(this WebApplication app)
    {
        var schedules = app.MapGroup("/api/v1/schedules").WithTags("schedules");
        schedules.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listSchedules", "Signals that are raised later, newest first");
        schedules.MapGet("/times", Times).RequireRole(Roles.Viewer).Operation("listCronTimes", "The next times of a cron expression; nothing is kept");
        schedules.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getSchedule", "One schedule, with its next times");
        schedules.MapGet("/{id:guid}/occurrences", OccurrencesAsync).RequireRole(Roles.Viewer)
            .Operation("listOccurrences", "What became of a schedule's times that have come, newest first");
        schedules.MapDelete("/{id:guid}", CancelAsync).RequireRole(Roles.Trader).Operation("cancelSchedule", "Ends a schedule; what has fallen due by now may still be raised");
    }

    private static async Task<Ok<Page<ScheduleView>>> ListAsync(
        TriggerDb db,
        [AsParameters] ListQuery list,
        [Words(typeof(ScheduleStates))] string? state,
        [Words(typeof(ScheduleStates), nameof(ScheduleStates.Kinds))] string? kind,
        string? source_id,
        CancellationToken cancellationToken)
    {
        var rows = db.Schedules.AsNoTracking().Where(s => s.Seq < list.Before);
        rows = state is null ? rows : rows.Where(s => s.State == state);
        rows = kind is null ? rows : rows.Where(s => s.Kind == kind);
        rows = source_id is null ? rows : rows.Where(s => s.Owner == source_id);
        return TypedResults.Ok(list.Page(await rows.OrderByDescending(s => s.Seq).Take(list.Take).ToListAsync(cancellationToken), s => s.Seq, ScheduleView.Of));
    }

    private static async Task<Results<Ok<ScheduleDetail>, NotFoundError>> GetAsync(TriggerDb db, TimeProvider time, Guid id, CancellationToken cancellationToken) =>
        await db.Schedules.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is { } row
            ? TypedResults.Ok(new ScheduleDetail(ScheduleView.Of(row), Coming(row, time.GetUtcNow())))
            : RestError.NotFound(id);

    private static async Task<Results<Ok<Page<OccurrenceView>>, NotFoundError>> OccurrencesAsync(
        TriggerDb db, Guid id, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        if (!await db.Schedules.AnyAsync(s => s.Id == id, cancellationToken))
        {
            return RestError.NotFound(id);
        }

        var rows = await db.Occurrences.AsNoTracking().Where(o => o.ScheduleId == id && o.Seq < list.Before)
            .OrderByDescending(o => o.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var held = await HeldBack.OfAsync(db, rows.Select(o => o.Id), cancellationToken);
        return TypedResults.Ok(list.Page(rows, o => o.Seq, o => OccurrenceView.Of(o, held)));
    }

    private static async Task<Results<NoContent, NotFoundError, ConflictError>> CancelAsync(
        TriggerDb db, ScheduleIntake intake, Guid id, CancellationToken cancellationToken)
    {
        if (await intake.EndAsync(id, cancellationToken))
        {
            return TypedResults.NoContent();
        }

        return await db.Schedules.AsNoTracking().Where(s => s.Id == id).Select(s => s.State).SingleOrDefaultAsync(cancellationToken) is { } state
            ? RestError.Conflict("state", ScheduleStates.Active, state)
            : RestError.NotFound(id);
    }

    /// <param name="cron">Five fields, or six with seconds first.</param>
    /// <param name="zone">IANA name of the zone whose clocks count; UTC where it is left out.</param>
    private static Results<Ok<CronTimes>, RestError> Times(TimeProvider time, string? cron, string? zone)
    {
        zone ??= CronTerms.DefaultZone;
        return CronCalendar.TryRead(cron ?? "", zone, out var calendar, out var isCron, out var rule)
            ? TypedResults.Ok(new CronTimes(cron!, zone, [.. calendar.After(time.GetUtcNow()).Take(Next).Select(DueView.Of)]))
            : RestError.Invalid(isCron ? "cron" : "zone", rule, FieldError.Shorten(isCron ? cron ?? "nothing" : zone));
    }

    private static IReadOnlyList<DueView> Coming(ScheduleRow row, DateTimeOffset now) =>
        row.State == ScheduleStates.Active && row.Kind != ScheduleStates.Price && ScheduleRows.Read(row) is { Signal: { } signal, Fault: null }
            ? [.. ScheduleTimes.Of(signal).After(now).Take(Next).Select(DueView.Of)] : [];
}
