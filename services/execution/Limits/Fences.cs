using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Limits;

/// <summary>A token's row: the highest session epoch of which a decision was processed.</summary>
public sealed class Fence
{
    public Guid TokenId { get; init; }

    public long Epoch { get; init; }
}

/// <summary>
/// The highest epoch seen of each token, as this process last saved or read it, and what was raised since. Like a ledger it may be
/// behind the table; every write checks that it is not.
/// </summary>
public sealed class Fences
{
    private readonly Dictionary<Guid, long> _seen = [];
    private readonly HashSet<Guid> _raised = [];

    /// <summary>Raised since the last save.</summary>
    public IReadOnlyCollection<Guid> Raised => _raised;

    public bool Knows(Guid tokenId) => _seen.ContainsKey(tokenId);

    public long Seen(Guid tokenId) => _seen.GetValueOrDefault(tokenId);

    /// <summary>What the table holds; 0 for a token it does not.</summary>
    public void Read(Guid tokenId, long epoch) => _seen[tokenId] = epoch;

    /// <summary>Null lets the decision pass and holds back all that are older than it; hosted groups have no token and no fence.</summary>
    public RejectionReason? Pass(TradeDecision decision)
    {
        if (decision.TokenId is not { } token)
        {
            return null;
        }

        var seen = Seen(token);
        if (decision.Epoch < seen)
        {
            return Rejections.StaleSession(seen, decision.Epoch);
        }

        if (decision.Epoch > seen)
        {
            _seen[token] = decision.Epoch;
            _raised.Add(token);
        }

        return null;
    }

    public void Saved() => _raised.Clear();
}
