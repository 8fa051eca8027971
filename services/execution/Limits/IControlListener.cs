namespace TradingSystem.Execution.Limits;

/// <summary>Hears of every change of controls by this process, once it is committed; never blocks, never throws. The module lists who does.</summary>
public interface IControlListener
{
    void ControlsChanged();
}
