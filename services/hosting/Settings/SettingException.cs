namespace TradingSystem.Hosting.Settings;

/// <summary>A setting that a process does not start with; the message names it and its rule, and is all that a person needs to see.</summary>
public sealed class SettingException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
