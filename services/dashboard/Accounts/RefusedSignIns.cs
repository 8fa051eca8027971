using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>
/// Puts refused sign-ins into the audit: a row an address and minute with their number, so that a flood fills no table. Typed names may be passwords
/// and are not kept.
/// </summary>
public sealed class RefusedSignIns(IDbContextFactory<DashboardDb> databases, TimeProvider time, ILogger<RefusedSignIns> log) : BackgroundService
{
    /// <summary>Addresses that are told apart in one minute.</summary>
    public const int MaxAddresses = 100;

    private const string Others = "others";
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Dictionary<string, int> _counts = [];

    public void Add(string address) => Add(address, 1);

    /// <summary>Writes what was counted since the last time.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, int> counts;
        lock (_lock)
        {
            (counts, _counts) = (_counts, []);
        }

        if (counts.Count == 0)
        {
            return;
        }

        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var now = time.GetUtcNow();
            foreach (var (address, count) in counts)
            {
                db.Note(now, new Actor(null, address), UserActions.SignInsRefused, null, count.ToString(CultureInfo.InvariantCulture));
            }

            await db.SaveChangesAsync(cancellationToken);
        }
        catch
        {
            foreach (var (address, count) in counts)
            {
                Add(address, count);
            }

            throw;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException || Outage.IsOutage(e))
        {
            RefusedSignInsLog.Lost(log, e.Message);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.EveryAsync(Period, time, log, WriteAsync, stoppingToken);

    private void Add(string address, int count)
    {
        lock (_lock)
        {
            var key = _counts.ContainsKey(address) || _counts.Count < MaxAddresses ? address : Others;
            _counts[key] = _counts.GetValueOrDefault(key) + count;
        }
    }
}

internal static partial class RefusedSignInsLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The refused sign-ins of the last minute are not in the audit: {Reason}")]
    public static partial void Lost(ILogger logger, string reason);
}
