namespace TradingSystem.Trigger.Hooks;

/// <summary>Bound from <c>TRIGGER__HOOKS__…</c>.</summary>
public sealed class HookOptions
{
    private static readonly TimeSpan LongestRepetition = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromMinutes(1);

    /// <summary>The same body without a key is a repetition for so long.</summary>
    public TimeSpan Repetition { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an alert may take to be kept before its sender is told to send it again. Many give up after three seconds.</summary>
    public TimeSpan KeepDeadline { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long its event may then take to be durable before the sender has its answer.</summary>
    public TimeSpan SendDeadline { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <exception cref="InvalidOperationException">A value breaks its rule.</exception>
    internal HookOptions Validated()
    {
        Check(nameof(Repetition), Repetition, LongestRepetition);
        Check(nameof(KeepDeadline), KeepDeadline, LongestDeadline);
        Check(nameof(SendDeadline), SendDeadline, LongestDeadline);
        return this;
    }

    private static void Check(string name, TimeSpan value, TimeSpan most)
    {
        if (value <= TimeSpan.Zero || value > most)
        {
            throw new InvalidOperationException($"Trigger:Hooks:{name} must be above 0 and at most {most}, got {value}.");
        }
    }
}
