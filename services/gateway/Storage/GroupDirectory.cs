using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Storage;

/// <summary>All groups and triggers in memory, so that no frame waits for the database. The highest version of a group wins.</summary>
public sealed class GroupDirectory
{
    private readonly ConcurrentDictionary<Guid, GroupConfig> _groups = new();
    private readonly ConcurrentDictionary<string, Guid> _groupNames = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, TriggerInfo> _triggers = new();

    /// <summary>True once everything was read from the database.</summary>
    public bool IsLoaded { get; private set; }

    public GroupConfig? Group(Guid id) => _groups.GetValueOrDefault(id);

    public TriggerInfo? Trigger(Guid id) => _triggers.GetValueOrDefault(id);

    public IReadOnlyList<string> ActiveGroupNames() => [.. _groups.Values.Where(g => g.Active).Select(g => g.Name).Order(StringComparer.Ordinal)];

    /// <summary>Active groups that <paramref name="targets"/> address, each once.</summary>
    public IReadOnlyList<GroupConfig> Targeted(IReadOnlyList<string> targets)
    {
        var found = new List<GroupConfig>();
        for (var i = 0; i < targets.Count; i++)
        {
            if (TargetSelector.IsSelector(targets[i]))
            {
                return [.. _groups.Values.Where(g => g.Active && TargetSelector.Matches(targets, g.Name, g.Market, g.Symbol))];
            }

            if (_groupNames.TryGetValue(targets[i], out var id) && _groups.TryGetValue(id, out var group)
                && group.Active && group.Name == targets[i] && !found.Contains(group))
            {
                found.Add(group);
            }
        }

        return found;
    }

    /// <summary>The older version that it replaced; null where there was none. Which account is the group's is no version of its own the first time.</summary>
    public GroupConfig? Put(GroupConfig group)
    {
        while (true)
        {
            if (_groups.TryAdd(group.Id, group))
            {
                _groupNames[group.Name] = group.Id;
                return null;
            }

            var held = _groups[group.Id];
            if (group.Version == held.Version && held.AccountId is null && group.AccountId is not null && _groups.TryUpdate(group.Id, held with { AccountId = group.AccountId }, held))
            {
                return null;
            }

            if (group.Version <= held.Version)
            {
                return null;
            }

            // Whoever changed the group may not have known its account yet.
            group = group with { AccountId = group.AccountId ?? held.AccountId };

            if (_groups.TryUpdate(group.Id, group, held))
            {
                _groupNames[group.Name] = group.Id;
                return held;
            }
        }
    }

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
        row.Version,
        row.AccountId);
}

/// <summary>A trigger as connections see it.</summary>
public sealed record TriggerInfo(Guid Id, string Name, string ProviderName, string ModelName, bool Active);
