using TradingSystem.Execution.Limits;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// What decisions are made on, kept between messages so that a message costs one round trip. It may be behind the tables when another
/// node was active in between: saving finds out and nothing is written, then all is forgotten and read again.
/// </summary>
public sealed class Books
{
    private readonly Dictionary<Guid, Ledger> _byGroup = [];
    private readonly Dictionary<Guid, Ledger> _byAccount = [];

    public Fences Fences { get; private set; } = new();

    /// <summary>Null until they are read.</summary>
    public ControlSet? Controls { get; set; }

    public Ledger? Find(Guid groupId) => _byGroup.GetValueOrDefault(groupId);

    /// <summary>Groups that share an account share its ledger; one that is here already is kept.</summary>
    public void Put(Guid groupId, Ledger ledger)
    {
        if (!_byAccount.TryAdd(ledger.Account.Id, ledger))
        {
            ledger = _byAccount[ledger.Account.Id];
        }

        _byGroup[groupId] = ledger;
    }

    public void Forget()
    {
        _byGroup.Clear();
        _byAccount.Clear();
        Fences = new();
        Controls = null;
    }
}
