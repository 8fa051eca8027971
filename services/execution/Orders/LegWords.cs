namespace TradingSystem.Execution.Orders;

public static class LegKinds
{
    public const string StopLoss = "stop_loss";
    public const string TakeProfit = "take_profit";

    public static readonly string[] All = [StopLoss, TakeProfit];

    /// <summary>Ends the leg's client order id.</summary>
    public static char Letter(string kind) => kind == StopLoss ? 'S' : 'T';
}

public static class LegStatuses
{
    public const string Waiting = "waiting";
    public const string Triggered = "triggered";
    public const string Canceled = "canceled";

    public static readonly string[] All = [Waiting, Triggered, Canceled];
}
