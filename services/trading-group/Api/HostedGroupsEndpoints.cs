using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting.Rest;
using TradingSystem.TradingGroup.Discussions;
using TradingSystem.TradingGroup.Groups;

namespace TradingSystem.TradingGroup.Api;

/// <summary>A group that the system itself decides for.</summary>
/// <param name="Stance">LONG, SHORT or FLAT after the last decision.</param>
/// <param name="LastAction">What it decided last; null before its first decision.</param>
/// <param name="LastDiscussionAt">When it last discussed, RFC 3339; null before its first discussion.</param>
public sealed record HostedGroup(
    Guid Id,
    string Name,
    string Market,
    string Symbol,
    string Interval,
    bool Active,
    IReadOnlyList<HostedMember> Members,
    [property: Words(typeof(PositionWords))] string Stance,
    string? LastAction,
    DateTimeOffset? LastDiscussionAt);

/// <summary>Who discusses in it.</summary>
/// <param name="Role">Its part in the discussion, such as group_leader.</param>
public sealed record HostedMember(string Name, string Role, string Provider, string Model);

public static class HostedGroupsEndpoints
{
    public static void MapHostedGroups(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/hosted-groups", GetAsync)
            .RequireRole(Hosting.Rest.Roles.Viewer).WithTags("groups")
            .Operation("listHostedGroups", "The groups that the system itself decides for, and where each stands");

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
                PositionWords.Of(stance?.Direction ?? 0),
                stance?.LastAction,
                stance?.LastDiscussionAt);
        })], null);
    }
}
