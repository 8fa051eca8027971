using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Orders;

/// <summary>What a group of decisions changes, to be saved all or nothing.</summary>
public sealed class DecisionChanges
{
    private readonly List<(TradeDecision Decision, Order Order)> _made = [];
    private readonly List<Order> _orders = [];
    private readonly List<Fill> _fills = [];
    private readonly HashSet<Ledger> _ledgers = [];
    private readonly HashSet<Guid> _tokens = [];

    public IReadOnlyList<Order> Orders => _orders;

    public IReadOnlyList<Fill> Fills => _fills;

    /// <summary>Every ledger that was decided on, booked or not: a refusal, too, must rest on what the tables say.</summary>
    public IReadOnlyCollection<Ledger> Ledgers => _ledgers;

    /// <summary>Every token whose fence was looked at.</summary>
    public IReadOnlyCollection<Guid> Tokens => _tokens;

    public void Add(TradeDecision decision, Ledger ledger, Outcome outcome)
    {
        _made.Add((decision, outcome.Order));
        _orders.Add(outcome.Order);
        _ledgers.Add(ledger);
        if (outcome.Fill is { } fill)
        {
            _fills.Add(fill);
        }

        if (decision.TokenId is { } token)
        {
            _tokens.Add(token);
        }
    }

    public void Saved(Fences fences, DateTimeOffset committedAt)
    {
        fences.Saved();
        foreach (var ledger in _ledgers)
        {
            ledger.Saved();
        }

        foreach (var (decision, order) in _made)
        {
            ExecutionTelemetry.Decided(order, decision, committedAt);
        }
    }
}
