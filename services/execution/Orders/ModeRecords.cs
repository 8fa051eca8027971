namespace TradingSystem.Execution.Orders;

/// <summary>How a difference in modes is kept in the reconciliation log, whose latest entry of the kind is what holds.</summary>
public static class ModeRecords
{
    public const string Kind = "modes";
    public const string Differ = "new entries are refused";
    public const string Agree = "the same again";
}
