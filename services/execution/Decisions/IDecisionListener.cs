using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// Hears what decisions came to, once it is saved and before the next are decided: so nothing of it may block or throw. The module lists who does.
/// </summary>
public interface IDecisionListener
{
    /// <summary>A limit set a group to reducing.</summary>
    void Tripped()
    {
    }

    /// <summary>Protection legs were set, changed or ended.</summary>
    void LegsChanged(IReadOnlyList<ProtectionLeg> legs)
    {
    }

    /// <summary>Orders wait for these accounts' desks.</summary>
    void Handed(IReadOnlyList<DeskIntent> intents)
    {
    }

    /// <summary>Exits wait for a price.</summary>
    void ExitsWait()
    {
    }

    /// <summary>Exits that waited have ended; their orders as they are saved.</summary>
    void ExitsSettled(IReadOnlyList<Order> orders)
    {
    }
}

/// <summary>Who hears of decisions. Some of them decide themselves, so they are asked for when there is first something to hear.</summary>
public sealed class DecisionListeners(Func<IReadOnlyList<IDecisionListener>> listeners)
{
    private readonly Lazy<IReadOnlyList<IDecisionListener>> _all = new(listeners);

    public void Tell(Action<IDecisionListener> what)
    {
        foreach (var listener in _all.Value)
        {
            what(listener);
        }
    }
}
