using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Groups;

/// <summary>All groups and triggers in memory, so that no frame waits for the database. The highest version of a group wins.</summary>
public sealed class GroupDirectory
{
    private readonly ConcurrentDictionary<Guid, GroupConfig> _groups = new();
    private readonly ConcurrentDictionary<Guid, TriggerInfo> _triggers = new();

    /// <summary>True once everything was read from the database.</summary>
    public bool IsLoaded { get; private set; }

    public IEnumerable<GroupConfig> Groups => _groups.Values;

    public GroupConfig? Group(Guid id) => _groups.GetValueOrDefault(id);

    public TriggerInfo? Trigger(Guid id) => _triggers.GetValueOrDefault(id);

    public IReadOnlyList<string> ActiveGroupNames() => [.. _groups.Values.Where(g => g.Active).Select(g => g.Name).Order(StringComparer.Ordinal)];

    public void Put(GroupConfig group) =>
        _groups.AddOrUpdate(group.Id, group, (_, held) => group.Version >= held.Version ? group : held);

    public void Put(TriggerRow trigger) =>
        _triggers[trigger.Id] = new TriggerInfo(trigger.Id, trigger.Name, trigger.ProviderName, trigger.ModelName, trigger.Active);

    public void MarkLoaded() => IsLoaded = true;

    public static GroupConfig Config(GroupRow row) => new(
        row.Id,
        row.Name,
        row.Market,
        row.Symbol,
        row.Interval,
        row.Leverage,
        row.MarginUsdt,
        row.PositionMode,
        row.Active,
        row.Hosted,
        [.. row.Members.OrderBy(m => m.Position).Select(m => new GroupMember(m.Id, m.Name, m.Role, m.Provider, m.Model, m.SystemPrompt))],
        row.Version);
}

/// <summary>A trigger as connections see it.</summary>
public sealed record TriggerInfo(Guid Id, string Name, string ProviderName, string ModelName, bool Active);
