using Microsoft.Extensions.Configuration;

namespace TradingSystem.Hosting.Settings;

/// <summary>How options are read everywhere: <c>Read</c> binds them, <c>Validated</c> of the options says whether they can be meant.</summary>
public static class SettingsReader
{
    /// <summary>What a section has; for what it has not the type's own defaults.</summary>
    /// <exception cref="InvalidOperationException">A value is not of its property's type; the message names the setting.</exception>
    public static TOptions Read<TOptions>(this IConfiguration configuration, string section)
        where TOptions : new() => configuration.GetSection(section).Get<TOptions>() ?? new TOptions();
}
