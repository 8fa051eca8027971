using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting;

namespace TradingSystem.Trigger.Hooks;

/// <summary>What people are to hear of a hook, as system logs; what does not reach the bus is in the process's own log.</summary>
public sealed partial class HookNotices(IDurablePublisher publisher, TimeProvider time, ILogger<HookNotices> log)
{
    private const string Kind = "trigger";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    /// <summary>An alert was refused.</summary>
    /// <param name="faults">Without its secret.</param>
    public Task RefusedAsync(ArmedHook hook, Guid delivery, IReadOnlyList<FieldError> faults) =>
        TellAsync(
            Guid.CreateVersion7(time.GetUtcNow()), hook.Source, "warn", HookCodes.Refused,
            $"An alert of webhook {hook.Document.Name} was refused: {faults[0].Path}: {faults[0].Rule}",
            $$"""{"delivery_id":"{{delivery}}","faults":{{HookJson.Write(faults)}}}""");

    public Task UnauthorizedAsync(ArmedHook hook) =>
        TellAsync(
            Guid.CreateVersion7(time.GetUtcNow()), hook.Source, "warn", HookCodes.Unauthorized,
            $"Somebody posted to webhook {hook.Document.Name} without its secret; said once a minute", null);

    /// <inheritdoc cref="TellAsync"/>
    public Task<bool> GivenUpAsync(Guid delivery, string source) =>
        TellAsync(delivery, source, "error", HookCodes.GivenUp, "An alert's event could not be sent for so long that it is too old", $$"""{"delivery_id":"{{delivery}}"}""");

    /// <summary>True when it is durable. The same id is the same log, whoever tells it.</summary>
    public async Task<bool> TellAsync(Guid id, string source, string level, string code, string message, string? detail)
    {
        try
        {
            // A field's name may be anything.
            var line = string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c));
            var item = new SystemLog(id, Kind, source, level, code, line, detail, time.GetUtcNow(), System.Diagnostics.Activity.Current?.Id);
            if (await publisher.PublishAsync(item, CancellationToken.None).WaitAsync(Deadline, time) == PublishOutcome.Durable)
            {
                return true;
            }

            HookNoticesLog.Untold(log, code, source, message, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            HookNoticesLog.Untold(log, code, source, message, e);
        }

        return false;
    }
}

internal static partial class HookNoticesLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Code} of {Source} is not known to be in the system log: {Text}")]
    public static partial void Untold(ILogger logger, string code, string source, string text, Exception? exception);
}
