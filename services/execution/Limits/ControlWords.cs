using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Limits;

/// <summary>What may be traded at all, from the freest to the strictest.</summary>
public enum TradingState
{
    Active,

    /// <summary>Only orders that make the group's position smaller; none that turns it.</summary>
    Reducing,

    /// <summary>Nothing.</summary>
    Halted,
}

/// <summary>Whether decisions act, from the freest to the strictest.</summary>
public enum TradingMode
{
    Running,

    /// <summary>New decisions do nothing; positions and open orders stay.</summary>
    Paused,

    /// <summary>As paused, with open orders cancelled and the tokens fenced.</summary>
    Stopped,
}

/// <summary>The words of the tables, the bus and REST. What is not understood is read as the strictest.</summary>
public static class ControlWords
{
    public const string System = "system";
    public const string Account = "account";
    public const string Group = "group";

    public static readonly string[] Scopes = [System, Account, Group];

    public static readonly string[] States = TradingStates.All;

    public static readonly string[] Modes = TradingModes.All;

    public static string Of(TradingState state) => States[(int)state];

    public static string Of(TradingMode mode) => Modes[(int)mode];

    public static TradingState State(string word) => Array.IndexOf(States, word) is var i and >= 0 ? (TradingState)i : TradingState.Halted;

    public static TradingMode Mode(string word) => Array.IndexOf(Modes, word) is var i and >= 0 ? (TradingMode)i : TradingMode.Stopped;
}
