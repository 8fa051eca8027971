namespace TradingSystem.Execution.Simulation;

/// <summary>Another node owns the account now: nothing of this one's may be saved or sent any more.</summary>
public sealed class DeskLostException : Exception
{
    public DeskLostException()
        : base("another node owns the account")
    {
    }

    public DeskLostException(string message)
        : base(message)
    {
    }

    public DeskLostException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
