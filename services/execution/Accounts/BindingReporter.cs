using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Accounts;

/// <summary>
/// Tells which account trades for which group: all of them when this process starts, and whatever differs from what it told last soon after it was
/// changed, here or on another node. What was not confirmed is told again; whoever hears it twice knows it by its version.
/// </summary>
public sealed class BindingReporter : BackgroundService, IAccountListener
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RoundDeadline = TimeSpan.FromSeconds(10);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<Guid, GroupAccount> _told = [];
    private readonly IDbContextFactory<ExecutionDb> _databases;
    private readonly IDurablePublisher _publisher;
    private readonly BusReadiness _bus;
    private readonly TimeProvider _time;
    private readonly ILogger<BindingReporter> _log;

    public BindingReporter(IDbContextFactory<ExecutionDb> databases, IDurablePublisher publisher, BusReadiness bus, TimeProvider time, ILogger<BindingReporter> log)
    {
        (_databases, _publisher, _bus, _time, _log) = (databases, publisher, bus, time, log);
    }

    void IAccountListener.AccountsSaved() => Wake();

    void IAccountListener.GroupsCame() => Wake();

    /// <summary>Something was bound or changed; never blocks.</summary>
    private void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _bus.WaitAsync(stoppingToken);
            while (true)
            {
                var pause = await TellAsync(stoppingToken) ? Period : Pause;
                using var deadline = new CancellationTokenSource(pause, _time);
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

    /// <summary>False when it is to be tried again.</summary>
    private async Task<bool> TellAsync(CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(RoundDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        try
        {
            await using var db = await _databases.CreateDbContextAsync(either.Token);
            var now = await (
                from binding in db.Bindings.AsNoTracking()
                join account in db.Accounts on binding.AccountId equals account.Id
                select new GroupAccount(binding.GroupId, account.Id, account.PositionMode, binding.BoundAt, account.Revision)).ToListAsync(either.Token);
            var news = now.FindAll(n => _told.GetValueOrDefault(n.GroupId) != n);
            await _publisher.PublishOrThrowAsync(news, either.Token);
            news.ForEach(n => _told[n.GroupId] = n);
            return true;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            BindingReporterLog.NotTold(_log, e.Message);
            return false;
        }
    }
}

internal static partial class BindingReporterLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Which accounts trade for which groups could not be told, trying again: {Reason}")]
    public static partial void NotTold(ILogger logger, string reason);
}
