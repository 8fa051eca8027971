using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace TradingSystem.Benchmarks.Load.Baselines;

/// <summary>The live sockets of a baseline, by group.</summary>
internal sealed class Sessions
{
    private readonly ConcurrentDictionary<string, ImmutableArray<Client>> _groups = new(StringComparer.Ordinal);

    public void Add(Client client) =>
        _groups.AddOrUpdate(client.Owner, [client], (_, held) => held.Add(client));

    public void Remove(Client client) =>
        _groups.AddOrUpdate(client.Owner, [], (_, held) => held.Remove(client));

    /// <summary>Sends to every group named, or to all for <c>*</c>; returns how many sockets that were.</summary>
    public int Push(IReadOnlyList<string> targets, byte[] frame)
    {
        var count = 0;
        if (targets.Contains("*"))
        {
            foreach (var (_, clients) in _groups)
            {
                count += Push(clients, frame);
            }

            return count;
        }

        foreach (var target in targets)
        {
            count += _groups.TryGetValue(target, out var clients) ? Push(clients, frame) : 0;
        }

        return count;
    }

    public int Count(IReadOnlyList<string> targets) =>
        targets.Contains("*") ? _groups.Sum(g => g.Value.Length) : targets.Sum(t => _groups.TryGetValue(t, out var clients) ? clients.Length : 0);

    private static int Push(ImmutableArray<Client> clients, byte[] frame)
    {
        foreach (var client in clients)
        {
            client.Send(frame);
        }

        return clients.Length;
    }
}
