using System.Data;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Blackouts;

/// <summary>
/// Tells execution of all blackouts that hold entries, and the system log of each change: at once when one was changed, and by whichever node finds that nobody has. The list is
/// told anew from time to time, for whoever has lost what it knew.
/// </summary>
public sealed class BlackoutTeller(
    IDbContextFactory<TriggerDb> database, IDurablePublisher publisher, BusReadiness bus, TimeProvider time, ILogger<BlackoutTeller> log) : BackgroundService
{
    private const int MostChanges = 100;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Anew = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly HashSet<(Guid, int)> _unreadable = [];
    private long? _toldAt;

    /// <summary>What is not told yet.</summary>
    /// <param name="anew">The list in any case.</param>
    /// <exception cref="NotDurableException">The bus did not take it; it is told again.</exception>
    public async Task TellAsync(bool anew, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        await TellListAsync(db, anew, deadline.Token);
        await TellChangesAsync(db, deadline.Token);
    }

    /// <summary>
    /// The list is another from now on, though nothing in it is. Whoever keeps a newer one than a database that was brought back from a backup would hold by it for ever.
    /// </summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await NextRevisionAsync(db, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>The list's next revision, which holds up every other change until the transaction ends.</summary>
    public static async Task<long> NextRevisionAsync(TriggerDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var micros = (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return (await db.Database.SqlQuery<long>(
            $"""update trigger.blackout_list set revision = greatest(revision + 1, {micros}) returning revision as "Value" """).ToListAsync(cancellationToken)).Single();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        await Rounds.UntilDoneAsync(Deadline, time, log, BeginAsync, stoppingToken);
        await Rounds.EveryAsync(Round, time, log, RoundAsync, stoppingToken);
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        var anew = _toldAt is not { } told || time.GetElapsedTime(told) >= Anew;
        await TellAsync(anew, cancellationToken);
        _toldAt = anew ? time.GetTimestamp() : _toldAt;
    }

    private async Task TellListAsync(TriggerDb db, bool anew, CancellationToken cancellationToken)
    {
        var (list, rows) = await ReadAsync(db, anew, cancellationToken);
        if (list.ToldRevision >= list.Revision && !anew)
        {
            return;
        }

        var now = time.GetUtcNow();
        var blackouts = rows.Where(r => r.OverAt is null || r.OverAt > now).Select(r => (Row: r, Blackout: Blackout.Of(r))).ToList();
        foreach (var (row, blackout) in blackouts.Where(b => b.Blackout.Fault is not null && _unreadable.Add((b.Row.Id, b.Row.Version))))
        {
            BlackoutTellerLog.Unreadable(log, row.Name, blackout.Fault!);
        }

        if (!blackouts.TrueForAll(b => b.Blackout.IsUnderstood))
        {
            // Whoever made it knows whether it holds entries, and tells.
            return;
        }

        var holds = new EntryHolds(list.Revision, [.. blackouts.Select(b => b.Blackout.HoldOf(b.Row)).OfType<EntryHold>()], list.ChangedBy, list.ChangedAt);
        await PublishAsync(holds, cancellationToken);
        await db.BlackoutList.Where(l => l.ToldRevision < list.Revision).ExecuteUpdateAsync(l => l.SetProperty(r => r.ToldRevision, list.Revision), cancellationToken);
    }

    /// <summary>The blackouts are those of the list's revision; none are read where nobody is to be told.</summary>
    private static async Task<(BlackoutListRow List, List<BlackoutRow> Rows)> ReadAsync(TriggerDb db, bool anew, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var list = await db.BlackoutList.AsNoTracking().SingleAsync(cancellationToken);
        return list.ToldRevision >= list.Revision && !anew
            ? (list, [])
            : (list, await db.Blackouts.AsNoTracking().Where(b => b.DeletedAt == null).OrderBy(b => b.Seq).ToListAsync(cancellationToken));
    }

    private async Task TellChangesAsync(TriggerDb db, CancellationToken cancellationToken)
    {
        foreach (var change in await db.BlackoutChanges.Where(c => c.ToldAt == null).OrderBy(c => c.CreatedAt).Take(MostChanges).ToListAsync(cancellationToken))
        {
            var id = NameBasedGuid.CreateOwn(change.BlackoutId, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{change.Version}"));
            var message = $"Blackout {change.Name} was {change.What} by {change.Actor}";
            await PublishAsync(new SystemLog(id, "trigger", "trigger", "info", BlackoutLogs.Changed, message, change.Document, change.CreatedAt, null), cancellationToken);
            change.ToldAt = time.GetUtcNow();
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
        where TItem : class
    {
        if (await publisher.PublishAsync(item, cancellationToken) != PublishOutcome.Durable)
        {
            throw new NotDurableException($"{typeof(TItem).Name} was not confirmed");
        }
    }
}

internal static partial class BlackoutTellerLog
{
    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Blackout {Blackout} cannot be gone by here: {Fault}. This node mutes nobody by it; where it is not understood at all, it tells execution nothing any more")]
    public static partial void Unreadable(ILogger logger, string blackout, string fault);
}
