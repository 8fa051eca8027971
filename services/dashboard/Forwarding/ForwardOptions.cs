using TradingSystem.Hosting.Hooks;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Dashboard.Forwarding;

/// <summary>Addresses of the other services, from <c>FORWARD__…</c>. What is not set is not forwarded: in one process the routes are local.</summary>
public sealed class ForwardOptions
{
    public Uri? Gateway { get; set; }

    public Uri? Trigger { get; set; }

    public Uri? Execution { get; set; }

    public Uri? Diary { get; set; }

    public Uri? TradingGroup { get; set; }

    /// <summary>How long a service may take until its response headers.</summary>
    public TimeSpan HeadersDeadline { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a service may take to describe itself for the front's OpenAPI document.</summary>
    public TimeSpan DocumentDeadline { get; set; } = TimeSpan.FromSeconds(5);

    public IEnumerable<ForwardTarget> Targets =>
        new ForwardTarget?[]
        {
            Target("gateway", Gateway, "/api/v1/groups", "/api/v1/triggers", "/api/v1/ws-tickets", "/asyncapi.json", "/schemas/v1"),
            Target(
                "trigger", Trigger, "/api/v1/candles", "/api/v1/prices", "/api/v1/market", "/api/v1/rules", "/api/v1/schedules", "/api/v1/news", "/api/v1/signals",
                "/api/v1/blackouts", "/api/v1/hooks", HookPath.Prefix),
            Target(
                "execution", Execution, "/api/v1/orders", "/api/v1/positions", "/api/v1/instruments", "/api/v1/fills", "/api/v1/accounts",
                "/api/v1/protections", "/api/v1/reconciliations", "/api/v1/risk", "/api/v1/controls", "/api/v1/kill"),
            Target("diary", Diary, "/api/v1/events", "/api/v1/discussions", "/api/v1/system-logs", "/api/v1/equity", "/diary", "/state", "/meta"),
            Target("trading-group", TradingGroup, "/api/v1/hosted-groups"),
        }.OfType<ForwardTarget>();

    public static ForwardOptions Read(IConfiguration configuration)
    {
        var options = configuration.Read<ForwardOptions>("Forward");
        foreach (var target in options.Targets)
        {
            if (!target.Address.IsAbsoluteUri || target.Address.Scheme is not ("http" or "https"))
            {
                throw new InvalidOperationException($"The forward address of {target.Service} must be an http:// or https:// address.");
            }
        }

        if (options.HeadersDeadline <= TimeSpan.Zero || options.DocumentDeadline <= TimeSpan.Zero)
        {
            throw new InvalidOperationException("Forward:HeadersDeadline and Forward:DocumentDeadline must be positive.");
        }

        return options;
    }

    private static ForwardTarget? Target(string service, Uri? address, params string[] prefixes) =>
        address is null ? null : new ForwardTarget(service, address, prefixes);
}

/// <summary>A service and the paths that are its own.</summary>
public sealed record ForwardTarget(string Service, Uri Address, IReadOnlyList<string> Prefixes)
{
    // Routing ignores case, so this does.
    public bool Owns(PathString path) => Prefixes.Any(prefix => path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase));
}
