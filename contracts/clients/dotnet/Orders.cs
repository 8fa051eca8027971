namespace TradingSystem.Client;

/// <summary>What became of each decision: the update that ends its order, or why there is none to come.</summary>
internal sealed class Orders
{
    private const int Remembered = 1000;

    /// <summary>After these the decision that was sent first under the id may still have its order.</summary>
    private static readonly string[] Doubtful = ["DECISION_ID_REUSED", "OUTCOME_UNKNOWN"];

    private readonly Lock _lock = new();
    private readonly Memory<OrderUpdate> _ends = new();

    /// <summary>Null for one that was accepted.</summary>
    private readonly Memory<string?> _replies = new();

    /// <summary>The last update of a decision, or null while it is still to come. Throws where none will.</summary>
    public OrderUpdate? End(string decisionId)
    {
        lock (_lock)
        {
            return _ends.TryGet(decisionId, out var end) ? end
                : _replies.TryGet(decisionId, out var refusal) && refusal is not null ? throw new NoOrderException($"no order comes of {decisionId}: {refusal}")
                : null;
        }
    }

    /// <summary>True if this update ends its order.</summary>
    public bool Updated(OrderUpdate update)
    {
        if (update.IsFinal)
        {
            lock (_lock)
            {
                _ends.Set(update.DecisionId, update);
            }
        }

        return update.IsFinal;
    }

    /// <summary>Takes what a decision was answered; one that was accepted is waited for whatever is answered to it later.</summary>
    public void Replied(string decisionId, string action, string? symbol, Reply reply)
    {
        lock (_lock)
        {
            if (reply is { Ok: true, Message: "accepted" })
            {
                _replies.Set(decisionId, null);
                if (action == Actions.NoTrade && !_ends.TryGet(decisionId, out _))
                {
                    // Recorded only: the server tells nothing more of it.
                    _ends.Set(decisionId, new("recorded", decisionId, reply.Id, null, null, symbol, null, 0, null, 0, 0, null));
                }
            }
            else if (!_replies.TryGet(decisionId, out _) && !reply.Duplicate && !Doubtful.Contains(reply.Code))
            {
                var faults = string.Join("; ", (reply.Detail ?? []).Select(f => $"{f.Path} must be {f.Rule}"));
                _replies.Set(decisionId, reply.Ok ? "it was only validated (validate_only)" : $"it was refused: {reply.Code ?? reply.Message} {faults}".Trim());
            }
        }
    }

    /// <summary>A refused decision is sent again: what it was answered before counts no more.</summary>
    public void Retried(string decisionId)
    {
        lock (_lock)
        {
            if (_replies.TryGet(decisionId, out var refusal) && refusal is not null)
            {
                _replies.Remove(decisionId);
            }
        }
    }

    /// <summary>The newest of many.</summary>
    private sealed class Memory<TValue>
    {
        private readonly OrderedDictionary<string, TValue> _values = [];

        public bool TryGet(string key, out TValue? value) => _values.TryGetValue(key, out value);

        public void Set(string key, TValue value)
        {
            _values[key] = value;
            if (_values.Count > Remembered)
            {
                _values.RemoveAt(0);
            }
        }

        public void Remove(string key) => _values.Remove(key);
    }
}
