namespace TradingSystem.Execution.Accounts;

/// <summary>Hears what happened to accounts in this process, once it is saved; never blocks, never throws. The module lists who does.</summary>
public interface IAccountListener
{
    /// <summary>A person changed accounts or bindings.</summary>
    void AccountsSaved()
    {
    }

    /// <summary>Groups came, each with an account of its own, or have another name.</summary>
    void GroupsCame()
    {
    }
}
