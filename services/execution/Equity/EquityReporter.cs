using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Equity;

/// <summary>
/// Announces equity: soon after an account changed, and regularly while it holds positions. What is due is read from the
/// database, so a snapshot that a crash lost is made up for by the next round, on whichever node.
/// </summary>
public sealed class EquityReporter(
    IDbContextFactory<ExecutionDb> databases,
    EquityReader reader,
    IDurablePublisher publisher,
    BusReadiness bus,
    ExecutionOptions options,
    TimeProvider time,
    ILogger<EquityReporter> log) : BackgroundService, IAccountListener
{
    private static readonly TimeSpan RoundDeadline = TimeSpan.FromSeconds(10);

    // A burst of decisions is one round, not one each; a hundred busy groups are four hundred snapshots a second.
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(250);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    void IAccountListener.GroupsCame() => Wake();

    /// <summary>An account changed; never blocks.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await bus.WaitAsync(stoppingToken);
            var lastFull = time.GetTimestamp();
            while (true)
            {
                var left = options.EquityInterval - time.GetElapsedTime(lastFull);
                var full = left <= TimeSpan.Zero || !await WokenAsync(left, stoppingToken);
                if (full)
                {
                    lastFull = time.GetTimestamp();
                }

                await ReportAsync(full, stoppingToken);
                await Task.Delay(Spacing, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task<bool> WokenAsync(TimeSpan longest, CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task ReportAsync(bool full, CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(RoundDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        try
        {
            await using var db = await databases.CreateDbContextAsync(either.Token);
            var due = await reader.ReadDueAsync(db, full, either.Token);
            if (due.Count == 0)
            {
                return;
            }

            var claimed = await ClaimAsync(db, due, either.Token);
            await publisher.PublishOrThrowAsync<EquitySnapshot>([.. due.Where(d => claimed.Contains(d.Snapshot.AccountId)).Select(d => d.Snapshot)], either.Token);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            EquityReporterLog.RoundFailed(log, e);
        }
    }

    /// <summary>Of several nodes that find the same account due, the first to write its row announces it.</summary>
    private async Task<HashSet<Guid>> ClaimAsync(ExecutionDb db, IReadOnlyList<DueSnapshot> due, CancellationToken cancellationToken)
    {
        var rows = due.DistinctBy(d => d.Snapshot.AccountId).OrderBy(d => d.Snapshot.AccountId).ToList();
        var ids = rows.Select(d => d.Snapshot.AccountId).ToArray();
        var versions = rows.Select(d => d.AccountVersion).ToArray();
        var balances = rows.Select(d => d.Snapshot.Balance).ToArray();
        var equities = rows.Select(d => d.Snapshot.Equity).ToArray();
        var realized = rows.Select(d => d.Snapshot.RealizedPnl).ToArray();
        var unrealized = rows.Select(d => d.Snapshot.UnrealizedPnl).ToArray();
        var now = time.GetUtcNow();
        var recent = now - (options.EquityInterval * 0.8);
        var claimed = await db.Database.SqlQuery<Guid>(
            $"""
            insert into execution.equity (account_id, account_version, balance, equity, realized_pnl, unrealized_pnl, created_at)
            select t.id, t.version, t.balance, t.equity, t.realized, t.unrealized, {now}
            from unnest({ids}, {versions}, {balances}, {equities}, {realized}, {unrealized}) as t(id, version, balance, equity, realized, unrealized)
            on conflict (account_id) do update set account_version = excluded.account_version, balance = excluded.balance, equity = excluded.equity,
                realized_pnl = excluded.realized_pnl, unrealized_pnl = excluded.unrealized_pnl, created_at = excluded.created_at
            where equity.account_version < excluded.account_version
                or (equity.account_version = excluded.account_version and equity.created_at < {recent})
            returning account_id
            """).ToListAsync(cancellationToken);
        return [.. claimed];
    }
}

internal static partial class EquityReporterLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Equity was not announced this round")]
    public static partial void RoundFailed(ILogger logger, Exception exception);
}
