using System.Threading.Channels;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Controls;

/// <summary>Tells what is held back: at once after a change here, and all of it every two seconds, so that a lost message is made good.</summary>
public sealed class ControlReporter(IDbContextFactory<ExecutionDb> databases, IBus bus, BusReadiness readiness, TimeProvider time, ILogger<ControlReporter> log)
    : BackgroundService, IControlListener, IDecisionListener
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PublishDeadline = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    void IControlListener.ControlsChanged() => Wake();

    void IDecisionListener.Tripped() => Wake();

    /// <summary>All scopes that are not as they were created, and the groups that each is in force for.</summary>
    public static async Task<ControlStates> ReadAsync(ExecutionDb db, CancellationToken cancellationToken)
    {
        var generation = await db.ControlGeneration.AsNoTracking().Select(g => g.Value).SingleAsync(cancellationToken);
        var (active, running) = (ControlWords.States[0], ControlWords.Modes[0]);
        var held = await db.Controls.AsNoTracking().Where(c => c.State != active || c.Mode != running).OrderBy(c => c.ScopeId).ToListAsync(cancellationToken);
        var accounts = held.Where(c => c.Scope == ControlWords.Account).Select(c => c.ScopeId).ToArray();
        var bound = accounts.Length == 0
            ? Enumerable.Empty<Guid>().ToLookup(_ => Guid.Empty)
            : (await db.Bindings.AsNoTracking().Where(b => accounts.Contains(b.AccountId)).Select(b => new { b.AccountId, b.GroupId }).ToListAsync(cancellationToken)).ToLookup(b => b.AccountId, b => b.GroupId);
        return new(true, generation, held.ConvertAll(c => new ControlState(
            c.Scope,
            c.ScopeId,
            c.Scope == ControlWords.Group ? [c.ScopeId] : c.Scope == ControlWords.Account ? [.. bound[c.ScopeId].Order()] : [],
            c.State,
            c.Mode,
            c.Reason,
            c.ChangedBy,
            c.ChangedAt,
            c.Version)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await readiness.WaitAsync(stoppingToken);
            while (true)
            {
                await ReportAsync(stoppingToken);
                using var deadline = new CancellationTokenSource(Period, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
                await ((Task)_wake.Reader.WaitToReadAsync(either.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _wake.Reader.TryRead(out _);
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task ReportAsync(CancellationToken stoppingToken)
    {
        try
        {
            var states = await ReadInTimeAsync(stoppingToken);
            // A time of its own: on a busy machine a slow read would leave none, and a message given up halfway is an error in the log.
            using var deadline = new CancellationTokenSource(PublishDeadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
            await bus.Publish(states, either.Token);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            ControlReporterLog.NotTold(log, e.Message);
        }
    }

    private async Task<ControlStates> ReadInTimeAsync(CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(ReadDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        await using var db = await databases.CreateDbContextAsync(either.Token);
        return await ReadAsync(db, either.Token);
    }
}

internal static partial class ControlReporterLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The controls could not be told this round: {Reason}")]
    public static partial void NotTold(ILogger logger, string reason);
}
