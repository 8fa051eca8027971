using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Hooks;

/// <summary>The database's hooks in memory: at the start, after a change on this node at once, after one on another within two seconds.</summary>
public sealed partial class HookBook(IDbContextFactory<TriggerDb> database, HookArmory armory, TimeProvider time, ILogger<HookBook> log) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private FrozenDictionary<string, ArmedHook>? _hooks;
    private FrozenSet<string> _unreadable = [];
    private HashSet<(Guid, int)>? _armed;
    private bool _isFailing;

    /// <summary>False until they were read once.</summary>
    public bool IsKnown => _hooks is not null;

    public IEnumerable<ArmedHook> All => _hooks?.Values ?? [];

    public ArmedHook? Find(string name) => _hooks?.GetValueOrDefault(name);

    /// <summary>It is there, and this version of the service cannot read it.</summary>
    public bool IsUnreadable(string name) => _unreadable.Contains(name);

    /// <summary>Arms what was just written. If that cannot be read back the next round does it.</summary>
    public Task ChangedAsync() => TryLoadAsync(CancellationToken.None);

    public override void Dispose()
    {
        _loading.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await TryLoadAsync(stoppingToken);
            await Task.Delay(Round, time, stoppingToken);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Deadline);
            await using var db = await database.CreateDbContextAsync(deadline.Token);
            var heads = await db.Hooks.AsNoTracking().Where(h => h.DeletedAt == null).Select(h => new { h.Id, h.Version }).ToListAsync(deadline.Token);
            if (_armed?.SetEquals(heads.Select(h => (h.Id, h.Version))) == true)
            {
                return;
            }

            var rows = await db.Hooks.AsNoTracking().Where(h => h.DeletedAt == null).ToListAsync(deadline.Token);
            var before = All.ToDictionary(h => h.Id);
            _hooks = rows.Select(r => Armed(r, before.GetValueOrDefault(r.Id))).OfType<ArmedHook>().ToFrozenDictionary(h => h.Document.Name, StringComparer.Ordinal);
            _unreadable = rows.Where(r => !_hooks.ContainsKey(r.Name)).Select(r => r.Name).ToFrozenSet(StringComparer.Ordinal);
            _armed = [.. rows.Select(r => (r.Id, r.Version))];
            HookBookLog.Armed(log, _hooks.Count);
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task TryLoadAsync(CancellationToken cancellationToken)
    {
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
                HookBookLog.Failed(log, e);
            }

            _isFailing = true;
        }
    }

    /// <summary>One that cannot be read, as of a later version of this service, must not take the others with it.</summary>
    private ArmedHook? Armed(HookRow row, ArmedHook? before)
    {
        try
        {
            var hook = armory.Arm(row, before);
            if (HookSecrets.Signs(hook.Document) && hook.SigningKey is null)
            {
                HookBookLog.Unusable(log, row.Name);
            }

            return hook;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            HookBookLog.Unreadable(log, row.Name, row.Version, e);
            return null;
        }
    }
}

internal static partial class HookBookLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} webhooks are armed")]
    public static partial void Armed(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks could not be read; those that are armed stay so")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook {Hook} checks signatures with a secret that was derived from another signing key; it refuses all until its secret is rotated")]
    public static partial void Unusable(ILogger logger, string hook);

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook {Hook} version {Version} cannot be read and takes nothing")]
    public static partial void Unreadable(ILogger logger, string hook, int version, Exception exception);
}
