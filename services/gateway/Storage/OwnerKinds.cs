namespace TradingSystem.Gateway.Storage;

/// <summary>Whose token it is; also the role's name on the wire.</summary>
public static class OwnerKinds
{
    public const string Group = "trading_group";
    public const string Trigger = "trigger";
}
