using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Decisions;

/// <summary>What a group of decisions changes, to be saved all or nothing.</summary>
public sealed class DecisionChanges
{
    private readonly List<(TradeDecision Decision, Order Order)> _made = [];
    private readonly List<TradeDecision> _acted = [];
    private readonly List<Order> _orders = [];
    private readonly List<Fill> _fills = [];
    private readonly List<Order> _settled = [];
    private readonly HashSet<Ledger> _ledgers = [];
    private readonly HashSet<Guid> _tokens = [];

    private List<DeskIntent>? _intents;
    private List<ProtectionMove>? _moves;

    public IReadOnlyList<Order> Orders => _orders;

    /// <summary>Decisions that came to what they asked for, or to a refusal of it: no cancel that came before may be remembered for them.</summary>
    public IReadOnlyList<TradeDecision> Acted => _acted;

    /// <summary>Orders that a venue's desk is to send.</summary>
    public IReadOnlyList<DeskIntent> Intents => _intents ?? (IReadOnlyList<DeskIntent>)[];

    /// <summary>What became of wishes to move protection.</summary>
    public IReadOnlyList<ProtectionMove> Moves => _moves ?? (IReadOnlyList<ProtectionMove>)[];

    /// <summary>Some ledger is a venue's.</summary>
    public bool HasVenueAccounts { get; private set; }

    public IReadOnlyList<Fill> Fills => _fills;

    /// <summary>Orders of exits that waited, as they ended.</summary>
    public IReadOnlyList<Order> Settled => _settled;

    /// <summary>Every ledger that was decided on, booked or not: a refusal, too, must rest on what the tables say.</summary>
    public IReadOnlyCollection<Ledger> Ledgers => _ledgers;

    /// <summary>Every token whose fence was looked at.</summary>
    public IReadOnlyCollection<Guid> Tokens => _tokens;

    /// <param name="mayBeTakenBack">False for a leg that was reached and for a person's closing order: no group's cancel is meant for them, or could
    /// hold them up.</param>
    public void Add(TradeDecision decision, Ledger ledger, Outcome outcome, bool mayBeTakenBack = true)
    {
        _made.Add((decision, outcome.Order));
        _orders.Add(outcome.Order);
        _ledgers.Add(ledger);
        if (mayBeTakenBack && !outcome.IsTakenBack && RememberedCancel.IsEnded(decision))
        {
            _acted.Add(decision);
        }

        if (outcome.Fill is { } fill)
        {
            _fills.Add(fill);
        }

        if (!ledger.Account.FillsAtOnce)
        {
            HasVenueAccounts = true;
            if (outcome.Intent is { } intent)
            {
                (_intents ??= []).Add(intent);
            }
        }

        if (decision.TokenId is { } token)
        {
            _tokens.Add(token);
        }
    }

    /// <summary>The order is there already; this is its end.</summary>
    public void Settle(TradeDecision decision, Ledger ledger, Outcome outcome)
    {
        _made.Add((decision, outcome.Order));
        _settled.Add(outcome.Order);
        _ledgers.Add(ledger);
        if (outcome.Fill is { } fill)
        {
            _fills.Add(fill);
        }
    }

    public void Add(GroupSteering steering, Ledger ledger, ProtectionMove move)
    {
        (_moves ??= []).Add(move);
        _ledgers.Add(ledger);
        HasVenueAccounts |= !ledger.Account.FillsAtOnce;
        if (steering.TokenId is { } token)
        {
            _tokens.Add(token);
        }
    }

    /// <summary>Legs of it were changed without an order.</summary>
    public void Add(Ledger ledger) => _ledgers.Add(ledger);

    /// <summary>Legs that are in the table now and were not so before, told once.</summary>
    public IReadOnlyList<ProtectionLeg> SavedLegs { get; private set; } = [];

    public void Saved(Fences fences, ControlSet controls, DateTimeOffset committedAt)
    {
        fences.Saved();
        controls.Saved();
        foreach (var ledger in _ledgers)
        {
            ledger.Saved();
            if (ledger.Protection.IsChanged)
            {
                SavedLegs = [.. SavedLegs, .. ledger.Protection.Saved()];
            }
        }

        foreach (var (decision, order) in _made)
        {
            ExecutionTelemetry.Decided(order, decision, committedAt);
        }
    }
}
