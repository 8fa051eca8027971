namespace TradingSystem.Hosting.Hooks;

/// <summary>Metadata of a route that checks a hook's own secret, wherever the hook has it.</summary>
public sealed record HookCredential;
