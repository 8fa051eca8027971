using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>The leverage of each symbol that the venue is known to have. A symbol that is being set has none that is known.</summary>
internal sealed class SetLeverages
{
    private readonly Dictionary<string, decimal> _set = new(StringComparer.Ordinal);
    private readonly HashSet<string> _setting = new(StringComparer.Ordinal);

    public bool Is(string symbol, decimal leverage) => _set.GetValueOrDefault(symbol) == leverage;

    public bool IsSetting(string symbol) => _setting.Contains(symbol);

    /// <summary>
    /// From here until it is confirmed nobody knows what is set: nothing that opens leaves meanwhile, nor after an answer that did not come. False
    /// while it is being set already.
    /// </summary>
    public bool Begin(string symbol)
    {
        if (!_setting.Add(symbol))
        {
            return false;
        }

        _set.Remove(symbol);
        return true;
    }

    /// <summary>The venue has answered, or will not.</summary>
    public void End(string symbol) => _setting.Remove(symbol);

    public void Set(string symbol, decimal leverage) => _set[symbol] = leverage;

    /// <summary>All of them are asked for anew.</summary>
    public void Forget() => _set.Clear();

    public void Forget(string symbol) => _set.Remove(symbol);
}
