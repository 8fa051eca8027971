using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Exits;

/// <summary>The exits of an account that wait for a price, in their order, and what changed of them since the last save.</summary>
public sealed class ExitBook(IEnumerable<WaitingExit> waiting)
{
    private readonly List<WaitingExit> _waiting = [.. waiting];
    private readonly List<WaitingExit> _new = [];
    private readonly List<WaitingExit> _settled = [];

    public IReadOnlyList<WaitingExit> Waiting => _waiting;

    /// <summary>Not in the table yet.</summary>
    public IReadOnlyList<WaitingExit> New => _new;

    /// <summary>In the table as waiting.</summary>
    public IReadOnlyList<WaitingExit> Settled => _settled;

    public bool IsChanged => _new.Count > 0 || _settled.Count > 0;

    /// <summary>Something must be traded before the decision may be.</summary>
    public bool IsAhead(TradeDecision decision)
    {
        for (var i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].GroupId == decision.GroupId && _waiting[i].Symbol == decision.Symbol)
            {
                return true;
            }
        }

        return false;
    }

    public void Add(WaitingExit exit)
    {
        _waiting.Add(exit);
        _new.Add(exit);
    }

    public void Settle(WaitingExit exit, DateTimeOffset now)
    {
        exit.SettledAt = now;
        _waiting.Remove(exit);
        _settled.Add(exit);
    }

    /// <summary>All of it is in the table now.</summary>
    public void Saved()
    {
        _new.Clear();
        _settled.Clear();
    }
}
