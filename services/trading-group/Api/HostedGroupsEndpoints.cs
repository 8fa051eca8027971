using TradingSystem.Hosting;
using TradingSystem.TradingGroup.Discussions;
using TradingSystem.TradingGroup.Groups;

namespace TradingSystem.TradingGroup.Api;

/// <summary><c>Stance</c> is LONG, SHORT or FLAT after the last decision.</summary>
public sealed record HostedGroup(
    Guid Id,
    string Name,
    string Market,
    string Symbol,
    string Interval,
    bool Active,
    IReadOnlyList<HostedMember> Members,
    string Stance,
    string? LastAction,
    DateTimeOffset? LastDiscussionAt);

public sealed record HostedMember(string Name, string Role, string Provider, string Model);

public static class HostedGroupsEndpoints
{
    public static void MapHostedGroups(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/hosted-groups", GetAsync).RequireAuthorization();

    private static async Task<Page<HostedGroup>> GetAsync(GroupRegistry registry, DiscussionStore store, CancellationToken cancellationToken)
    {
        var groups = await registry.HostedAsync(cancellationToken);
        var stances = await store.StancesAsync(cancellationToken);
        return new([.. groups.OrderBy(g => g.Name, StringComparer.Ordinal).Select(g =>
        {
            var stance = stances.GetValueOrDefault(g.Id);
            return new HostedGroup(
                g.Id,
                g.Name,
                g.Market,
                g.Symbol,
                g.Interval,
                g.Active,
                [.. g.Members.Select(m => new HostedMember(m.Name, m.Role, m.Provider, m.Model))],
                stance?.Direction switch { > 0 => "LONG", < 0 => "SHORT", _ => "FLAT" },
                stance?.LastAction,
                stance?.LastDiscussionAt);
        })], null);
    }
}
