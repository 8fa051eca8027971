namespace TradingSystem.Hosting.Settings;

/// <summary>Settings that somebody reads, so that <see cref="KnownSettings"/> can tell which there are.</summary>
/// <param name="Path">Where they stand, as <c>Execution:Venues</c>. What is there is named in full; beside it others may have theirs.</param>
/// <param name="Shape">What is bound there; null for a single value, or where the parts are named on their own.</param>
public sealed record SettingsSection(string Path, Type? Shape = null)
{
    public static SettingsSection Of<TOptions>(string path) => new(path, typeof(TOptions));
}
