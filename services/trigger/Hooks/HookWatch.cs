using System.Globalization;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// Raises <see cref="HookCodes.Missed"/> where no alert came for longer than a hook expects: once a silence, whoever of several nodes finds it, and after a
/// restart too. A silence ends with the next alert; it is counted from the last one, or from the hook's last change.
/// </summary>
public sealed class HookWatch(HookBook book, SilenceStore store, HookNotices notices, BusReadiness bus, TimeProvider time, ILogger<HookWatch> log) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var watched = book.All.Where(h => h.Document is { ExpectedEveryMinutes: not null, Enabled: not false }).ToDictionary(h => h.Id);
        if (watched.Count == 0)
        {
            return;
        }

        var minutes = watched.Values.Select(h => h.Document.ExpectedEveryMinutes!.Value).ToList();
        foreach (var silence in await store.FindAsync([.. watched.Keys], minutes, cancellationToken))
        {
            // Nobody waits for one that was taken away meanwhile.
            if (!watched.TryGetValue(silence.HookId, out var hook) || await TellAsync(hook, silence))
            {
                await store.ToldAsync(silence, cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        await Rounds.EveryAsync(Round, time, log, LookAsync, stoppingToken);
    }

    private Task<bool> TellAsync(ArmedHook hook, UntoldSilence silence)
    {
        var since = silence.Since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        var minutes = hook.Document.ExpectedEveryMinutes!.Value.ToString(CultureInfo.InvariantCulture);
        return notices.TellAsync(
            NameBasedGuid.Create(hook.Id, $"silence:{since}"), hook.Source, "warn", HookCodes.Missed,
            $"No alert of webhook {hook.Document.Name} came for {minutes} minutes",
            $$"""{"hook_id":"{{hook.Id}}","since":"{{since}}","expected_every_minutes":{{minutes}}}""");
    }
}
