using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Feeds;

/// <summary>
/// What was accepted under a key (<c>decision_id</c>, <c>event_key</c>) in the last day, on all nodes: learnt from the event log, and here
/// at once. Beyond that window execution's permanent key still keeps a decision from becoming a second order.
/// </summary>
public sealed class AcceptedKeys
{
    private const int MaxKeys = 250_000;

    private readonly ConcurrentDictionary<Guid, Entry> _entries = new();
    private readonly ConcurrentQueue<Guid> _order = new();

    /// <summary>Takes the id for <paramref name="body"/>, or returns the entry that has it already.</summary>
    public Claim Take(Guid id, string body)
    {
        var mine = new Entry(Hash(body));
        var held = _entries.GetOrAdd(id, mine);
        if (ReferenceEquals(held, mine))
        {
            Bound(id);
            return new(mine, IsFirst: true, IsSame: true);
        }

        return new(held, IsFirst: false, held.Body == mine.Body);
    }

    /// <summary>The entry that has the id; takes nothing. Null where none has.</summary>
    public Claim? Find(Guid id, string body) =>
        _entries.TryGetValue(id, out var held) ? new(held, IsFirst: false, held.Body == Hash(body)) : null;

    /// <summary>The first attempt surely came to nothing, so the next one is the first.</summary>
    public void Forget(Guid id, Entry entry) => _entries.TryRemove(KeyValuePair.Create(id, entry));

    /// <summary>What a repetition must repeat: what is traded. Title, tags and trace may be told differently.</summary>
    public static string Body(TradeDecision decision) => decision.Payload;

    /// <summary>For an event, what is said and to whom.</summary>
    public static string Body(ImmediateEvent item) => string.Join('\n', [item.Title, .. item.Targets, item.Payload]);

    /// <summary>For what is raised later, all of it.</summary>
    public static string Body(ScheduleChange change) => change.Made is { } made ? JsonSerializer.Serialize(made, BusJson.Default.ScheduledSignal) : "";

    public void Learn(IReadOnlyList<TradeDecision> decisions)
    {
        foreach (var decision in decisions)
        {
            if (decision.DecisionId is not null)
            {
                Learn(decision.Id, Body(decision));
            }
        }
    }

    public void Learn(ImmediateEvent item)
    {
        // Only ids made from a key can come again; those of rules are made of the rule and its candle. A trigger's name has no colon.
        if (item.Id.Version == 5 && !item.SourceId.StartsWith(EventSources.Rule, StringComparison.Ordinal))
        {
            Learn(item.Id, Body(item));
        }
    }

    public void Learn(IReadOnlyList<ScheduleChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Made is not null && change.ScheduleId.Version == 5)
            {
                Learn(change.ScheduleId, Body(change));
            }
        }
    }

    private void Learn(Guid id, string body)
    {
        if (!_entries.TryGetValue(id, out var entry))
        {
            entry = new Entry(Hash(body));
            if (!_entries.TryAdd(id, entry))
            {
                return;
            }

            Bound(id);
        }

        entry.Outcome.TrySetResult(PublishOutcome.Durable);
    }

    private void Bound(Guid id)
    {
        _order.Enqueue(id);
        if (_order.Count > MaxKeys && _order.TryDequeue(out var oldest))
        {
            _entries.TryRemove(oldest, out _);
        }
    }

    private static UInt128 Hash(string body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(body), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>One key's first acceptance; <c>Outcome</c> ends when it is known.</summary>
    public sealed class Entry(UInt128 body)
    {
        public UInt128 Body { get; } = body;

        public TaskCompletionSource<PublishOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary><c>IsSame</c>: the body equals the first one's.</summary>
    public readonly record struct Claim(Entry Entry, bool IsFirst, bool IsSame);
}
