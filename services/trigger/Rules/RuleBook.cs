using Microsoft.EntityFrameworkCore;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// Brings the database's rules to the engine: at the start, after a change on this node at once, after one on another within two seconds.
/// </summary>
public sealed partial class RuleBook(
    IDbContextFactory<TriggerDb> database, RuleEngine engine, MarketState market, RuleOptions options, TimeProvider time, ILogger<RuleBook> log)
    : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private HashSet<(Guid Id, int Version)>? _armed;
    private bool _isFailing;

    /// <summary>Arms what was just written. If that cannot be read back the next round does it.</summary>
    public Task ChangedAsync() => TryLoadAsync(CancellationToken.None);

    /// <summary>Arms what is in the database now. Nothing happens where it is armed already.</summary>
    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Deadline);
            await using var db = await database.CreateDbContextAsync(deadline.Token);
            var heads = await db.Rules.AsNoTracking().Where(r => r.DeletedAt == null).Select(r => new { r.Id, r.Version }).ToListAsync(deadline.Token);
            if (_armed?.SetEquals(heads.Select(h => (h.Id, h.Version))) == true)
            {
                return;
            }

            var versions = await db.RuleVersions.AsNoTracking()
                .Where(v => db.Set<RuleRow>().Any(r => r.Id == v.RuleId && r.Version == v.Version && r.DeletedAt == null))
                .OrderBy(v => v.RuleId).ToListAsync(deadline.Token);
            var states = await db.RuleStates.AsNoTracking()
                .Where(s => db.Set<RuleRow>().Any(r => r.Id == s.RuleId && r.DeletedAt == null)).ToListAsync(deadline.Token);
            var memory = states.ToDictionary(s => new RuleKey(s.Market, s.RuleId, s.Symbol), s => new RuleMemory(s.FiredAt, s.KeptUntil));
            var rules = versions.Select(Armed).OfType<ArmedRule>().ToList();
            market.Retell(engine, () => engine.Arm(rules, memory));
            _armed = [.. versions.Select(v => (v.RuleId, v.Version))];
            RuleBookLog.Armed(log, rules.Count);
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>What the market tells first is for the rules as well, so they are there before it; a database that is away holds nothing up for long.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryLoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Enabled)
        {
            await TryLoadAsync(stoppingToken);
            await Task.Delay(Round, time, stoppingToken);
        }
    }

    public override void Dispose()
    {
        _loading.Dispose();
        base.Dispose();
    }

    private async Task TryLoadAsync(CancellationToken cancellationToken)
    {
        if (!options.Enabled)
        {
            return;
        }

        try
        {
            await LoadAsync(cancellationToken);
            _isFailing = false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // What is armed stays so. Said once, until it works again.
            if (!_isFailing)
            {
                RuleBookLog.Failed(log, e);
            }

            _isFailing = true;
        }
    }

    /// <summary>One that cannot be read, as of a later version of this service, must not take the others with it.</summary>
    private ArmedRule? Armed(RuleVersionRow row)
    {
        try
        {
            return StoredRule.Make(row);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            RuleBookLog.Unreadable(log, row.RuleId, row.Version, e);
            return null;
        }
    }
}

internal static partial class RuleBookLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} rules are armed")]
    public static partial void Armed(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rules could not be read; those that are armed stay so")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Rule {RuleId} version {Version} cannot be read and is not looked at")]
    public static partial void Unreadable(ILogger logger, Guid ruleId, int version, Exception exception);
}
