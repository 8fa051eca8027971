namespace TradingSystem.Execution.Orders;

/// <summary>Text of others as the tables can hold it.</summary>
public static class StoredText
{
    /// <summary>PostgreSQL's text has no NUL; one such character must not fail the decisions that came with it.</summary>
    public static string? Of(string? value) => value?.Replace("\0", "", StringComparison.Ordinal);
}
